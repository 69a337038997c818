import { BUCKETS_S, Histogram, type HistogramData } from '../pipeline/stage-histograms.ts';

type Labels = Readonly<Record<string, string>>;
const REQUEST_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const escape = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
};

/** One family in the Prometheus text format 0.0.4. */
export const metricFamily = (
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  samples: readonly (readonly [Labels, number])[],
): string =>
  [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}`),
  ].join('\n');

/** A family of histograms in the same format; series with other limits than `limits` cannot be in one family. */
export const histogramFamily = (
  name: string,
  help: string,
  samples: readonly (readonly [Labels, HistogramData])[],
  limits: readonly number[] = BUCKETS_S,
): string => {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  for (const [labels, { buckets, sum, count }] of samples) {
    limits.forEach((limit, index) =>
      lines.push(`${name}_bucket${labelText({ ...labels, le: String(limit) })} ${buckets[index] ?? count}`),
    );
    lines.push(`${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${count}`);
    lines.push(`${name}_sum${labelText(labels)} ${sum}`, `${name}_count${labelText(labels)} ${count}`);
  }
  return lines.join('\n');
};

/** Counters and histograms of this process. Gauges are read when they are asked for (routes/health.ts). */
export class Metrics {
  readonly #counters = new Map<string, { help: string; value: number }>();
  readonly #requests = new Map<string, { readonly labels: Labels; readonly histogram: Histogram }>();

  count(name: string, help: string, by = 1): void {
    const counter = this.#counters.get(name) ?? { help, value: 0 };
    counter.value += by;
    this.#counters.set(name, counter);
  }

  observeRequest(labels: { method: string; route: string; status: string }, seconds: number): void {
    const key = labelText(labels);
    let series = this.#requests.get(key);
    if (!series) this.#requests.set(key, (series = { labels, histogram: new Histogram(REQUEST_BUCKETS_S) }));
    series.histogram.observe(seconds);
  }

  text(): string {
    const families = [...this.#counters].map(([name, { help, value }]) =>
      metricFamily(name, 'counter', help, [[{}, value]]),
    );
    const requests = [...this.#requests.values()].map(({ labels, histogram }) => [labels, histogram.data] as const);
    const help = 'Time to answer HTTP requests.';
    return [...families, histogramFamily('watchpost_http_request_seconds', help, requests, REQUEST_BUCKETS_S)].join(
      '\n',
    );
  }
}
