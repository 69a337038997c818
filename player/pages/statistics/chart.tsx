import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { saveFile } from '../../csv.ts';
import { Icon } from '../../components/icons.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useDark } from '../../preferences.ts';
import { useSession } from '../../session.ts';

const HEIGHT_PX = 260;
const COLOURS = 6;

export type ChartData = {
  readonly kind: 'bars' | 'curves';
  /** Seconds since 1970 where `isTime`. */
  readonly x: readonly number[];
  /** A row a series, as long as `x`; bars are drawn one over the other, the tallest first. */
  readonly rows: readonly (readonly (number | null)[])[];
  readonly isTime: boolean;
  /** What a bar is wide; it stands to the right of its `x`. */
  readonly step: number;
  readonly xText: (x: number) => string;
};

/** A drawn chart with its legend, to be saved as a picture. The numbers themselves stand in a table beside it. */
export function Chart(props: {
  readonly data: ChartData;
  readonly label: string;
  readonly legend: readonly { readonly key: string; readonly text: string; readonly value: string }[];
  /** Name of the saved picture. */
  readonly file: string;
}) {
  const { t, format, language } = useI18n();
  const { timeZone } = useSession().site;
  const dark = useDark();
  const root = useRef<HTMLDivElement>(null);
  const { data } = props;

  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const { kind, x, rows, isTime, step, xText } = data;
    const style = getComputedStyle(element);
    const colour = (variable: string): string => style.getPropertyValue(variable).trim();
    const axis = {
      stroke: colour('--text-soft'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { stroke: colour('--line'), width: 1 },
      font: `12px ${style.fontFamily}`,
    };
    const bars = uPlot.paths.bars?.({ size: [0.8, 48], align: 1 });
    const seriesOf = (_: unknown, index: number): uPlot.Series => {
      const stroke = colour(`--chart-${(index % COLOURS) + 1}`);
      if (kind === 'curves') return { stroke, width: 2 };
      return { fill: stroke, stroke, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) };
    };
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), timeZone),
        legend: { show: false },
        cursor: { show: false },
        // Without the end of its step the last bar would fall off the edge.
        scales: {
          x: { time: isTime, range: (_, min, max) => [min, max + step] },
          y: { range: (_, __, max) => [0, Math.max(4, max * 1.05)] },
        },
        axes: [
          { ...axis, values: (_, values) => values.map((value) => xText(value)) },
          { ...axis, size: 56, values: (_, values) => values.map((value) => format.number(value)) },
        ],
        series: [{}, ...rows.map(seriesOf)],
      },
      [[...x], ...rows.map((row) => [...row])],
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [data, dark, timeZone, language, format]);

  const savePicture = (): void => {
    root.current?.querySelector('canvas')?.toBlob((blob) => {
      if (blob) saveFile(props.file, blob);
    });
  };
  return (
    <figure className="chart">
      <div className="chart-plot" ref={root} role="img" aria-label={props.label} />
      <figcaption>
        <ul className="legend">
          {props.legend.map(({ key, text, value }, index) => (
            <li key={key}>
              <span className="swatch" data-colour={(index % COLOURS) + 1} aria-hidden="true" />
              {text}
              <strong>{value}</strong>
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

/** Rows as heights of bars that stand one on the other. */
export const stacked = (rows: readonly (readonly number[])[]): number[][] =>
  rows.map((row, index) =>
    row.map((_, column) => rows.slice(index).reduce((sum, counts) => sum + (counts[column] ?? 0), 0)),
  );

/** Text of a time axis: times of day, over days the midnights by their date. @param hours shown */
export function timeText(at: number, language: string, timeZone: string, hours: number): string {
  const locale = language === 'vi' ? 'vi-VN' : 'en-GB';
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const;
  const text = new Date(at).toLocaleTimeString(locale, time);
  if (hours <= 26 || text !== '00:00') return hours > 72 && text !== '00:00' ? '' : text;
  return new Date(at).toLocaleDateString(locale, { day: '2-digit', month: '2-digit', timeZone });
}
