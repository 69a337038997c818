import { useMemo } from 'react';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session.ts';
import { Chart, type ChartData, stacked, timeText } from './chart.tsx';
import { sumOf, type Flow } from './sums.ts';

const HOUR_S = 3_600;

/** Stacked bars of crossings by hour. The numbers themselves stand in the table below it. */
export function FlowChart({ flow, label }: { readonly flow: Flow; readonly label: string }) {
  const { name, format, language } = useI18n();
  const { timeZone } = useSession().site;
  const data = useMemo<ChartData>(
    () => ({
      ...{ kind: 'bars', isTime: true, step: HOUR_S },
      x: flow.hours.map((at) => at / 1000),
      rows: stacked(flow.counts),
      xText: (at) => (at % HOUR_S === 0 ? timeText(at * 1000, language, timeZone, flow.hours.length) : ''),
    }),
    [flow, language, timeZone],
  );
  const legend = flow.classes.map((className, index) => ({
    ...{ key: className, text: name('class', className) },
    value: format.number(sumOf(flow.counts[index] ?? [])),
  }));
  return <Chart data={data} label={label} legend={legend} file="watchpost-flow.png" />;
}
