import { type Static, Type } from '@sinclair/typebox';
import { sql } from 'kysely';
import type { ApiContext } from '../context.ts';
import { metricFamily } from '../metrics.ts';
import { findAccount, isLocal } from '../plugins/auth.ts';
import type { App } from './app.ts';

const PROBE_MS = 2_000;

const Readiness = Type.Object({
  /** Whether cases can be served: database and store. Redis down means degraded, not unready. */
  ready: Type.Boolean(),
  degraded: Type.Boolean(),
  parts: Type.Object({ database: Type.Boolean(), store: Type.Boolean(), redis: Type.Boolean() }),
  cameras: Type.Record(Type.String(), Type.Integer(), { description: 'Number of cameras by state.' }),
  /** Only for this machine itself and for logged-in people: which camera is blind is nobody else's business. */
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

export const registerHealthRoutes = (app: App, context: ApiContext): void => {
  const { cameras, cases, db, live, metrics, redis, sessions, states, store } = context;

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
        within(sql`select 1`.execute(db)),
        within(store.list('watchpost-readiness-probe')),
        within(redis.commands.ping()),
      ]);
      await states.refresh();
      const current = [...cameras.values()].filter(({ enabled }) => enabled).map(({ id }) => states.get(id));
      const byState: Record<string, number> = {};
      for (const { state } of current) byState[state] = (byState[state] ?? 0) + 1;
      const told = isLocal(request) || (await findAccount(request, sessions).catch(() => null)) !== null;
      const ready = database && objects;
      const body: Readiness = {
        ready,
        degraded: !redisAnswers || current.some(({ state }) => state === 'blind' || state === 'degraded'),
        parts: { database, store: objects, redis: redisAnswers },
        cameras: byState,
        ...(told
          ? {
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
        'State of each camera: 1 on the state that holds.',
        current.map(({ cameraId, state }) => [{ camera: cameraId, state }, 1] as const),
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
      metricFamily('watchpost_live_clients', 'gauge', 'Open live connections.', [[{}, live.clients.size]]),
      metricFamily('watchpost_live_frames_dropped_total', 'counter', 'Live frames that slow clients lost.', [
        [{}, live.droppedFrames],
      ]),
      metrics.text(),
    ];
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(`${families.join('\n')}\n`);
  });
};
