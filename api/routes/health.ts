import { type Static, Type } from '@sinclair/typebox';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { CameraState } from '../../pipeline/live.ts';
import { DISK_STAGES, type DiskReport, PROCESSES, type ProcessReport } from '../../pipeline/process-report.ts';
import { STAGES } from '../../pipeline/stage-histograms.ts';
import type { ApiContext } from '../context.ts';
import { readProcessReports } from '../live/process-reports.ts';
import { histogramFamily, metricFamily } from '../metrics.ts';
import { findAccount, isLocal } from '../plugins/auth.ts';
import { DiskReadiness, SealReadiness } from '../contract/health.ts';
import type { App } from './app.ts';

const PROBE_MS = 2_000;

const Readiness = Type.Object({
  ready: Type.Boolean({ description: 'Whether cases can be served: database and store answer.' }),
  degraded: Type.Boolean({
    description: 'Something else is away: Redis, a process, the sight of a camera, or a channel of alerts.',
  }),
  parts: Type.Object({ database: Type.Boolean(), store: Type.Boolean(), redis: Type.Boolean() }),
  processes: Type.Union([Type.Record(Type.String(), Type.Integer()), Type.Null()], {
    description: 'Number of living processes by name; null while Redis cannot say.',
  }),
  cameras: Type.Record(Type.String(), Type.Integer(), { description: 'Number of cameras by state.' }),
  /** Only for this machine itself and for logged-in people: which camera is blind is nobody else's business. */
  seal: Type.Optional(SealReadiness),
  disk: Type.Optional(DiskReadiness),
  states: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Object({ state: Type.String(), cause: Type.Union([Type.String(), Type.Null()]), since: Type.Number() }),
    ),
  ),
});
type Readiness = Static<typeof Readiness>;

const within = async (probe: Promise<unknown>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), PROBE_MS)));
  const answer = probe.then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};

const CAMERA_STATES: readonly CameraState['state'][] = ['watching', 'connecting', 'degraded', 'blind', 'ended'];

const countByName = (reports: readonly ProcessReport[]): Record<string, number> =>
  Object.fromEntries(PROCESSES.map((name) => [name, reports.filter(({ process }) => process === name).length]));

const isAnyMissing = (reports: readonly ProcessReport[] | null): boolean =>
  reports === null || Object.values(countByName(reports)).includes(0);

/** Of several processes that seal, the one in trouble. */
const sealOf = (reports: readonly ProcessReport[]): SealReadiness | null => {
  const seals = reports.flatMap(({ seal }) => (seal ? [seal] : []));
  return seals.find(({ signing, timeStamps }) => signing ?? timeStamps?.failure) ?? seals[0] ?? null;
};

/** Of several that record, the one whose disk is the shortest. */
const diskOf = (reports: readonly ProcessReport[]): DiskReport | null =>
  reports
    .flatMap(({ disk }) => (disk ? [disk] : []))
    .sort((a, b) => DISK_STAGES.indexOf(b.stage) - DISK_STAGES.indexOf(a.stage))[0] ?? null;

export const registerHealthRoutes = (app: App, context: ApiContext): void => {
  const { alerts, cameras, cases, config, live, metrics, paths, redis, sessions, stages, states, store, tokens } =
    context;

  /** A bucket is asked for a listing; a folder has to be there and to be writable. */
  const probeStore = async (): Promise<void> => {
    if (config.evidence.store.kind === 'local') await access(paths.objects, constants.R_OK | constants.W_OK);
    await store.list('watchpost-readiness-probe');
  };

  app.get('/healthz', { schema: { tags: ['health'], summary: 'The process runs' } }, async () =>
    Promise.resolve({ ok: true }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        tags: ['health'],
        summary: '503 when cases cannot be served',
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (request, reply) => {
      const [database, objects, redisAnswers] = await Promise.all([
        within(context.probeDatabase()),
        within(probeStore()),
        within(redis.commands.ping()),
      ]);
      const reports = redisAnswers ? await readProcessReports(redis) : null;
      await states.refresh();
      const current = [...cameras.values()].filter(({ enabled }) => enabled).map(({ id }) => states.get(id));
      const byState: Record<string, number> = {};
      for (const { state } of current) byState[state] = (byState[state] ?? 0) + 1;
      const told = isLocal(request) || (await findAccount(request, { sessions, tokens }).catch(() => null)) !== null;
      const ready = database && objects;
      const seal = sealOf(reports ?? []);
      const disk = diskOf(reports ?? []);
      const channels = await alerts.channels(config.alerts.channels).catch(() => []);
      const body: Readiness = {
        ready,
        degraded:
          channels.some(({ failingSince }) => failingSince !== null) ||
          disk?.stage === 'paused' ||
          isAnyMissing(reports) ||
          current.some(({ state }) => state === 'blind' || state === 'degraded'),
        parts: { database, store: objects, redis: redisAnswers },
        processes: reports && countByName(reports),
        cameras: byState,
        ...(told
          ? {
              ...(seal ? { seal } : {}),
              ...(disk ? { disk } : {}),
              states: Object.fromEntries(
                current.map(({ cameraId, state, cause, since }) => [cameraId, { state, cause, since }]),
              ),
            }
          : {}),
      };
      return reply.code(ready ? 200 : 503).send(body);
    },
  );

  app.get('/metrics', { schema: { tags: ['health'], summary: 'Prometheus text' } }, async (_request, reply) => {
    await states.refresh();
    const current = [...cameras.keys()].map((id) => states.get(id));
    const byState = await cases.countByState();
    const channels = await alerts.channels(config.alerts.channels);
    const reports = (await readProcessReports(redis)) ?? [];
    const ofProcess = (
      name: string,
      type: 'gauge' | 'counter',
      help: string,
      value: (report: ProcessReport) => number,
    ) =>
      metricFamily(
        name,
        type,
        help,
        reports.map((report) => [{ process: report.process, worker: report.worker }, value(report)] as const),
      );
    const families = [
      metricFamily('watchpost_redis_up', 'gauge', 'Whether Redis answers.', [[{}, redis.isUp ? 1 : 0]]),
      metricFamily(
        'watchpost_cases',
        'gauge',
        'Cases by state.',
        Object.entries(byState).map(([state, count]) => [{ state }, count] as const),
      ),
      metricFamily(
        'watchpost_camera_state',
        'gauge',
        'State of each camera: 1 on the state that holds, 0 on the others.',
        current.flatMap(({ cameraId, state }) =>
          CAMERA_STATES.map((each) => [{ camera: cameraId, state: each }, each === state ? 1 : 0] as const),
        ),
      ),
      metricFamily(
        'watchpost_frames_received_total',
        'counter',
        'Frames received from the camera.',
        current.map(({ cameraId, frames }) => [{ camera: cameraId }, frames.received] as const),
      ),
      metricFamily(
        'watchpost_frames_analysed_total',
        'counter',
        'Frames that went through the detector.',
        current.map(({ cameraId, frames }) => [{ camera: cameraId }, frames.analysed] as const),
      ),
      metricFamily(
        'watchpost_frames_dropped_total',
        'counter',
        'Frames dropped, by reason.',
        current.flatMap(({ cameraId, frames }) =>
          Object.entries(frames.dropped).map(([reason, count]) => [{ camera: cameraId, reason }, count] as const),
        ),
      ),
      metricFamily(
        'watchpost_camera_last_frame_timestamp_seconds',
        'gauge',
        'When the newest frame of each camera came.',
        current.flatMap(({ cameraId, lastFrameAt }) =>
          lastFrameAt === null ? [] : [[{ camera: cameraId }, lastFrameAt / 1_000] as const],
        ),
      ),
      histogramFamily(
        'watchpost_stage_seconds',
        `Time of each stage: ${Object.entries(STAGES)
          .map(([stage, what]) => `${stage}: ${what}`)
          .join('; ')}.`,
        [
          ...reports.flatMap((report) =>
            Object.entries(report.stages).map(
              ([stage, data]) => [{ stage, process: report.process, worker: report.worker }, data] as const,
            ),
          ),
          ...Object.entries(stages.data).map(
            ([stage, data]) => [{ stage, process: 'api', worker: 'api' }, data] as const,
          ),
        ],
      ),
      metricFamily(
        'watchpost_process_up',
        'gauge',
        'Number of living processes by name.',
        Object.entries(countByName(reports)).map(([name, count]) => [{ process: name }, count] as const),
      ),
      metricFamily(
        'watchpost_disk_free_bytes',
        'gauge',
        'Free space of the disk that recordings lie on.',
        reports.flatMap(({ worker, disk }) => (disk ? [[{ worker }, disk.freeBytes] as const] : [])),
      ),
      metricFamily(
        'watchpost_disk_stage',
        'gauge',
        'Stage of the disk: 1 on the one that holds, 0 on the others.',
        reports.flatMap(({ worker, disk }) =>
          disk ? DISK_STAGES.map((stage) => [{ worker, stage }, disk.stage === stage ? 1 : 0] as const) : [],
        ),
      ),
      ofProcess(
        'watchpost_process_resident_bytes',
        'gauge',
        'Memory of a process without its ffmpeg children.',
        (report) => report.residentBytes,
      ),
      ofProcess(
        'watchpost_process_cpu_seconds_total',
        'counter',
        'CPU time of a process without its ffmpeg children.',
        (report) => report.cpuSeconds,
      ),
      metricFamily(
        'watchpost_alert_channel_failing',
        'gauge',
        'Whether a channel of alerts fails.',
        channels.map(({ id, failingSince }) => [{ channel: id }, failingSince === null ? 0 : 1] as const),
      ),
      metricFamily(
        'watchpost_alerts_waiting',
        'gauge',
        'Alerts that wait for their channel.',
        channels.map(({ id, waiting }) => [{ channel: id }, waiting] as const),
      ),
      metricFamily('watchpost_live_clients', 'gauge', 'Open live connections.', [[{}, live.clients.size]]),
      metricFamily('watchpost_live_frames_dropped_total', 'counter', 'Live frames that slow clients lost.', [
        [{}, live.droppedFrames],
      ]),
      metrics.text(),
    ];
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(`${families.join('\n')}\n`);
  });
};
