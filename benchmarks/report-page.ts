import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryDir } from '../models/model-files.ts';
import { type Budgets, parseBudgets } from './budgets.ts';
import { CLIP_FPS } from './clips.ts';
import { againstLimits, escape, lines, ranges, stackedBars } from './plots.ts';
import { type BenchResult, decodingMs, type Scenario } from './report.ts';
import { STAGES } from './stages.ts';

/** What of a soak's result the page shows. */
export type SoakResult = {
  readonly environment: { readonly commit: string; readonly measuredAt: string };
  readonly cameras: number;
  readonly memory: Readonly<Record<string, { readonly mostMB: number; readonly budgetMB: number }>>;
  readonly samples: readonly { readonly minute: number; readonly byProcess: Readonly<Record<string, number>> }[];
};

const titleOf = ({ height, codec, cameras }: Scenario): string => `${height}p ${codec} × ${cameras}`;
const seconds = (ms: number, fps: number): string => ((ms * fps) / 1_000).toFixed(3);

/** CPU seconds that a camera takes in a second, by picture size and codec. */
const costTable = ({ scenarios, analysedFps }: BenchResult): string => {
  const rows = scenarios.map((scenario) => {
    const { run, floor } = scenario;
    const decoding = decodingMs(scenario, analysedFps);
    const cells = [run.ownCpuMs + run.ffmpegCpuMs, decoding, floor.inferenceCpuMs].map((ms) =>
      seconds(ms, analysedFps),
    );
    return `<tr><th>${titleOf(scenario)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  const head = ['camera', 'all', 'decoding', 'inference'].map((name) => `<th>${name}</th>`).join('');
  return `<table><caption>CPU seconds per second and camera at ${analysedFps} pictures a second</caption><tr>${head}</tr>${rows.join('')}</table>`;
};

/** The results as one page that needs nothing else. @param soak null where there is none */
export const toPage = (bench: BenchResult, budgets: Budgets, soak: SoakResult | null): string => {
  const { scenarios, environment, analysedFps, model } = bench;
  const { cpu, cores, node, commit, measuredAt, loadAverage } = environment;
  const costs = scenarios.map((scenario) => {
    const { run, floor } = scenario;
    const decoding = decodingMs(scenario, analysedFps);
    const parts = [decoding, floor.inferenceCpuMs, run.ffmpegCpuMs - decoding, run.ownCpuMs - floor.inferenceCpuMs];
    return { label: titleOf(scenario), parts };
  });
  const worst = Object.entries(budgets).map(([label, { most }]) => {
    const value = Math.max(...scenarios.map(({ ratios }) => ratios[label] ?? 0));
    return { label, value, most };
  });
  const stages = scenarios.map((scenario) => {
    const rows = STAGES.flatMap((label) => {
      const spread = label === 'enqueue' ? bench.enqueue.enqueue : scenario.run.stages[label];
      return spread ? [{ label, ...spread }] : [];
    });
    return ranges(`Stages of a frame at saturation: ${titleOf(scenario)}`, 'ms', rows);
  });
  const parts = [
    `<p>Model <code>${escape(model)}</code>, ${analysedFps} of ${CLIP_FPS} pictures a second. ${escape(cpu)}, ${cores} cores, Node ${escape(node)}, ` +
      `commit ${escape(commit)}, ${measuredAt.slice(0, 10)}, load average at the end ${loadAverage.toFixed(1)}: on a busy machine read ratios, not times.</p>`,
    stackedBars('CPU ms of an analysed frame', ['decoding', 'inference', 'scaling, writing', 'our threads'], costs),
    costTable(bench),
    againstLimits('Ratios against their budgets, the worst of all scenarios', worst),
    ...stages,
  ];
  if (soak) {
    const names = Object.keys(soak.memory);
    const curves = names.map((name) => ({
      name,
      points: soak.samples.map(({ minute, byProcess }) => ({ x: minute, y: byProcess[name] ?? 0 })),
    }));
    const most = names.map((label) => ({
      label,
      value: soak.memory[label]!.mostMB,
      most: soak.memory[label]!.budgetMB,
    }));
    parts.push(
      `<h2>Memory</h2><p>${soak.cameras} cameras, commit ${escape(soak.environment.commit)}, ${soak.environment.measuredAt.slice(0, 10)}.</p>`,
      lines('MiB of each process over minutes', curves),
      againstLimits('Most memory against its budget, MB', most),
    );
  }
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Watchpost: measurements</title><style>
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{max-width:60rem;margin:2rem auto;padding:0 1rem}
svg{width:100%;height:auto}text{font-size:12px;fill:currentColor}figure{margin:2rem 0}figcaption,caption{font-weight:600;text-align:left;white-space:nowrap}
.limit{stroke:#b33;stroke-width:2}.mark{stroke:currentColor;stroke-width:2}th,td{padding:.2rem .8rem;text-align:right}th:first-child{text-align:left}
</style><h1>Watchpost: measurements</h1>
${parts.join('\n')}
</html>
`;
};

/** Writes the page beside a result of `run.ts`. @param file `bench.json`; memory is shown where `soak.json` lies beside it */
export const writePage = (file: string): void => {
  const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
  const soakFile = join(dirname(file), 'soak.json');
  const soak = existsSync(soakFile) ? (read(soakFile) as SoakResult) : null;
  const budgets = parseBudgets(read(join(repositoryDir(), 'benchmarks', 'budgets.json')));
  writeFileSync(join(dirname(file), 'report.html'), toPage(read(file) as BenchResult, budgets, soak));
};
