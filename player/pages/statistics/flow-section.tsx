import { TableScroll } from '../../components/table-scroll.tsx';
import { useMemo } from 'react';
import type { CountList } from '../../../api/contract/statistics.ts';
import { api, serverNow } from '../../api-client.ts';
import { saveCsv } from '../../csv.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session.ts';
import { FlowChart } from './flow-chart.tsx';
import { Section } from './section.tsx';
import { type Asked, useAsked } from './asked.ts';
import { flowByHour } from './sums.ts';

/** Crossings of counting lines by class and hour. */
export function FlowSection({ asked }: { readonly asked: Asked }) {
  const { t, format } = useI18n();
  const resource = useAsked(asked, api.counts);
  const toCsv = ({ counts }: CountList): void =>
    saveCsv(
      `watchpost-flow_${asked.days}.csv`,
      ['quarter_start', 'camera', 'rule', 'class', 'direction', 'count'],
      counts.map((row) => [
        new Date(row.quarterAt).toISOString(),
        row.cameraId,
        row.ruleId,
        row.className,
        row.direction,
        row.count,
      ]),
    );
  return (
    <Section
      title={t('statistics.flow')}
      resource={resource}
      isEmpty={({ counts }) => counts.length === 0}
      empty={t('statistics.flowEmpty')}
      onCsv={toCsv}
    >
      {(data) => (
        <>
          {data.truncated && <p className="warning-box">{t('statistics.truncated')}</p>}
          <Flow data={data} asked={asked} />
          <p className="hint">{t('statistics.flowNote', { time: format.time(resource.loadedAt) })}</p>
        </>
      )}
    </Section>
  );
}

function Flow({ data, asked }: { readonly data: CountList; readonly asked: Asked }) {
  const { t, name, format } = useI18n();
  const { timeZone } = useSession().site;
  const flow = useMemo(
    () => flowByHour(data.counts, { after: asked.after, before: Math.min(asked.before, serverNow()) }, timeZone),
    [data, asked.after, asked.before, timeZone],
  );
  return (
    <>
      <FlowChart flow={flow} label={t('statistics.flowLabel')} />
      <details>
        <summary>{t('statistics.numbers')}</summary>
        <TableScroll label={t('statistics.numbers')} bare>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('statistics.hour')}</th>
                {flow.classes.map((className) => (
                  <th key={className} scope="col" className="number">
                    {name('class', className)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {flow.hours.map((at, hour) => (
                <tr key={at}>
                  <th scope="row">{format.dateTime(at)}</th>
                  {flow.counts.map((counts, index) => (
                    <td key={flow.classes[index]} className="number">
                      {format.number(counts[hour] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      </details>
    </>
  );
}
