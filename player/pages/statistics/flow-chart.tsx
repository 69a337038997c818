import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { saveFile } from '../../csv.ts';
import { Icon } from '../../components/icons.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useDark } from '../../preferences.ts';
import { useSession } from '../../session.ts';
import type { Flow } from './sums.ts';

const HEIGHT_PX = 260;
const COLOURS = 6;
const HOUR_S = 3_600;

/** Stacked bars of crossings by hour. The numbers themselves stand in the table below it. */
export function FlowChart({ flow, label }: { readonly flow: Flow; readonly label: string }) {
  const { t, name, format, language } = useI18n();
  const { timeZone } = useSession().site;
  const dark = useDark();
  const root = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const colour = (variable: string): string => style.getPropertyValue(variable).trim();
    // The tallest stack is drawn first and the lower ones over it.
    const stacked = flow.counts.map((_, index) =>
      flow.hours.map((__, hour) => flow.counts.slice(index).reduce((sum, counts) => sum + (counts[hour] ?? 0), 0)),
    );
    const axis = {
      stroke: colour('--text-soft'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { stroke: colour('--line'), width: 1 },
      font: `12px ${style.fontFamily}`,
    };
    const bars = uPlot.paths.bars?.({ size: [0.8, 48], align: 1 });
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), timeZone),
        legend: { show: false },
        cursor: { show: false },
        // A bar stands to the right of its hour: without the hour's end the newest one would fall off the edge.
        scales: {
          x: { range: (_, min, max) => [min, max + HOUR_S] },
          y: { range: (_, __, max) => [0, Math.max(4, max * 1.05)] },
        },
        axes: [
          {
            ...axis,
            values: (_, seconds) =>
              seconds.map((at) =>
                at % HOUR_S === 0 ? shortTime(at * 1000, language, timeZone, flow.hours.length) : '',
              ),
          },
          { ...axis, size: 56, values: (_, values) => values.map((value) => format.number(value)) },
        ],
        series: [
          {},
          ...flow.classes.map((_, index) => {
            const fill = colour(`--chart-${(index % COLOURS) + 1}`);
            return { fill, stroke: fill, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) };
          }),
        ],
      },
      [flow.hours.map((at) => at / 1000), ...stacked],
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [flow, dark, timeZone, language, format]);

  const savePicture = (): void => {
    root.current?.querySelector('canvas')?.toBlob((blob) => {
      if (blob) saveFile('watchpost-flow.png', blob);
    });
  };
  return (
    <figure className="chart">
      <div className="chart-plot" ref={root} role="img" aria-label={label} />
      <figcaption>
        <ul className="legend">
          {flow.classes.map((className, index) => (
            <li key={className}>
              <span className="swatch" data-colour={(index % COLOURS) + 1} aria-hidden="true" />
              {name('class', className)}
              <strong>{format.number((flow.counts[index] ?? []).reduce((sum, count) => sum + count, 0))}</strong>
            </li>
          ))}
        </ul>
        <button type="button" className="button small quiet" onClick={savePicture}>
          <Icon name="download" size={15} />
          {t('statistics.picture')}
        </button>
      </figcaption>
    </figure>
  );
}

function shortTime(at: number, language: string, timeZone: string, hours: number): string {
  const locale = language === 'vi' ? 'vi-VN' : 'en-GB';
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const;
  // Over days the midnights are named by their date.
  const text = new Date(at).toLocaleTimeString(locale, time);
  if (hours <= 26 || text !== '00:00') return hours > 72 && text !== '00:00' ? '' : text;
  return new Date(at).toLocaleDateString(locale, { day: '2-digit', month: '2-digit', timeZone });
}
