import { useMemo } from 'react';
import { SPEED_BAND_KMH } from '../../../api/contract/speed-band.ts';
import type { SpeedList } from '../../../api/contract/statistics.ts';
import { api } from '../../api-client.ts';
import { TableScroll } from '../../components/table-scroll.tsx';
import { saveCsv } from '../../csv.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { type Asked, useAsked } from './asked.ts';
import { Chart, type ChartData, stacked } from './chart.tsx';
import { NumberHeads } from './number-heads.tsx';
import { Section } from './section.tsx';
import { sumOf, speedsByBand, speedsByPlace } from './sums.ts';

/** How fast vehicles drove: by class in bands, and by camera the median and what 85 of 100 stay below. */
export function SpeedSection({ asked }: { readonly asked: Asked }) {
  const { t } = useI18n();
  const resource = useAsked(asked, api.speeds);
  const toCsv = ({ counts }: SpeedList): void =>
    saveCsv(
      `watchpost-speeds_${asked.days}.csv`,
      ['camera', 'class', 'from_kmh', 'to_kmh', 'count'],
      counts.map((row) => [row.cameraId, row.className, row.fromKmh, row.fromKmh + SPEED_BAND_KMH, row.count]),
    );
  return (
    <Section
      title={t('statistics.speeds')}
      lead={t('statistics.speedsLead')}
      resource={resource}
      isEmpty={({ counts }) => counts.length === 0}
      empty={t('statistics.speedsEmpty')}
      onCsv={toCsv}
    >
      {(data) => <Speeds data={data} asked={asked} />}
    </Section>
  );
}

function Speeds({ data, asked }: { readonly data: SpeedList; readonly asked: Asked }) {
  const { t, name, format } = useI18n();
  const bands = useMemo(() => speedsByBand(data.counts), [data]);
  const chart = useMemo<ChartData>(
    () => ({
      ...{ kind: 'bars', isTime: false, step: SPEED_BAND_KMH },
      x: bands.fromKmh,
      rows: stacked(bands.counts),
      xText: (kmh) => format.number(kmh),
    }),
    [bands, format],
  );
  const legend = bands.classes.map((className, index) => ({
    ...{ key: className, text: name('class', className) },
    value: format.number(sumOf(bands.counts[index] ?? [])),
  }));
  return (
    <>
      <Chart data={chart} label={t('statistics.speedsLabel')} legend={legend} file="watchpost-speeds.png" />
      <TableScroll label={t('statistics.speeds')} bare>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('case.camera')}</th>
              <th scope="col">{t('plates.class')}</th>
              <NumberHeads
                texts={['statistics.vehicles', 'statistics.median', 'statistics.v85', 'statistics.fastest']}
              />
            </tr>
          </thead>
          <tbody>
            {speedsByPlace(data.counts).map(({ cameraId, className, count, medianKmh, v85Kmh, fastestKmh }) => (
              <tr key={`${cameraId} ${className}`}>
                <th scope="row">{asked.cameras.find(({ id }) => id === cameraId)?.name ?? cameraId}</th>
                <td>{name('class', className)}</td>
                <td className="number">{format.number(count)}</td>
                <td className="number">{format.number(medianKmh)}</td>
                <td className="number">{format.number(v85Kmh)}</td>
                <td className="number">
                  {format.number(fastestKmh)}–{format.number(fastestKmh + SPEED_BAND_KMH)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </>
  );
}
