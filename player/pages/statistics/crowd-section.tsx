import { useMemo } from 'react';
import type { CrowdList } from '../../../api/contract/statistics.ts';
import { api, serverNow } from '../../api-client.ts';
import { TableScroll } from '../../components/table-scroll.tsx';
import { saveCsv } from '../../csv.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session.ts';
import { type Asked, useAsked } from './asked.ts';
import { Chart, type ChartData, timeText } from './chart.tsx';
import { Section } from './section.tsx';
import { crowdCurves } from './sums.ts';

const HOUR_MS = 3_600_000;

/** How many people were in watched areas: the most at once in each quarter hour. */
export function CrowdSection({ asked }: { readonly asked: Asked }) {
  const { t } = useI18n();
  const resource = useAsked(asked, api.crowds);
  const toCsv = ({ counts }: CrowdList): void =>
    saveCsv(
      `watchpost-crowds_${asked.days}.csv`,
      ['quarter_start', 'camera', 'rule', 'most', 'mean'],
      counts.map((row) => [new Date(row.quarterAt).toISOString(), row.cameraId, row.ruleId, row.most, row.mean]),
    );
  return (
    <Section
      title={t('statistics.crowds')}
      lead={t('statistics.crowdsLead')}
      resource={resource}
      isEmpty={({ counts }) => counts.length === 0}
      empty={t('statistics.crowdsEmpty')}
      onCsv={toCsv}
    >
      {(data) => (
        <>
          {data.truncated && <p className="warning-box">{t('statistics.truncated')}</p>}
          <Crowds data={data} asked={asked} />
        </>
      )}
    </Section>
  );
}

function Crowds({ data, asked }: { readonly data: CrowdList; readonly asked: Asked }) {
  const { t, format, language } = useI18n();
  const { timeZone } = useSession().site;
  const curves = useMemo(
    () => crowdCurves(data.counts, { after: asked.after, before: Math.min(asked.before, serverNow()) }),
    [data, asked.after, asked.before],
  );
  const chart = useMemo<ChartData>(() => {
    const hours = (asked.before - asked.after) / HOUR_MS;
    return {
      ...{ kind: 'curves', isTime: true, step: 0 },
      x: curves.quarters.map((at) => at / 1000),
      rows: curves.areas.map(({ most }) => most),
      xText: (at) => timeText(at * 1000, language, timeZone, hours),
    };
  }, [curves, asked.after, asked.before, language, timeZone]);
  const nameOf = (cameraId: string, ruleId: string): string => {
    const camera = asked.cameras.find(({ id }) => id === cameraId);
    return `${camera?.name ?? cameraId} · ${camera?.rules.find(({ id }) => id === ruleId)?.name ?? ruleId}`;
  };
  const areas = curves.areas.map((area) => ({
    ...area,
    ...{ key: `${area.cameraId} ${area.ruleId}`, text: nameOf(area.cameraId, area.ruleId) },
    value: format.number(area.peak),
  }));
  return (
    <>
      <Chart data={chart} label={t('statistics.crowdsLabel')} legend={areas} file="watchpost-crowds.png" />
      <TableScroll label={t('statistics.crowds')} bare>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('statistics.area')}</th>
              <th scope="col" className="number">
                {t('statistics.most')}
              </th>
              <th scope="col">{t('statistics.mostAt')}</th>
              <th scope="col" className="number">
                {t('statistics.mean')}
              </th>
            </tr>
          </thead>
          <tbody>
            {areas.map(({ key, text, peak, peakAt, mean }) => (
              <tr key={key}>
                <th scope="row">{text}</th>
                <td className="number">{format.number(peak)}</td>
                <td>{format.dateTime(peakAt).slice(0, -3)}</td>
                <td className="number">{format.number(mean, 1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </>
  );
}
