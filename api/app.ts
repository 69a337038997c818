import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, LogController } from 'fastify';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../pipeline/clock.ts';
import type { Config } from '../pipeline/config-schema.ts';
import type { Place } from '../pipeline/fire/earth.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import type { EvidenceStore } from '../pipeline/evidence-store.ts';
import { StageHistograms } from '../pipeline/stage-histograms.ts';
import { LoginProvider } from './accounts/login-provider.ts';
import { ProviderSessions } from './accounts/provider-sessions.ts';
import { openTracing } from '../workers/telemetry/tracing.ts';
import { ReviewKeyStore } from './accounts/review-key-store.ts';
import { SecondFactor } from './accounts/second-factor.ts';
import { SecretBox } from './accounts/secret-box.ts';
import { SessionStore } from './accounts/session-store.ts';
import { TokenStore } from './accounts/token-store.ts';
import { UserStore } from './accounts/user-store.ts';
import type { ApiContext } from './context.ts';
import { AuditLog } from './database/audit-log.ts';
import { databaseProbe } from './database/probe-database.ts';
import { openDatabase } from './database/open-database.ts';
import { CameraStates } from './live/camera-states.ts';
import { openFireMap } from './fire-map.ts';
import { startLearntPlaces } from './learnt-places.ts';
import { LiveHub } from './live/live-hub.ts';
import { RedisLink } from './live/redis-link.ts';
import { Metrics } from './metrics.ts';
import { dataPaths } from './paths.ts';
import { registerAuth } from './plugins/auth.ts';
import { registerOpenApi } from './plugins/open-api.ts';
import { registerPlayer } from './plugins/player.ts';
import { registerProblems, sendProblem } from './plugins/problems.ts';
import { registerSecurityHeaders } from './plugins/security-headers.ts';
import { registerValidation } from './plugins/validation.ts';
import { CaseRepository } from './repositories/cases.ts';
import { ClaimRepository } from './repositories/claims.ts';
import { VerdictRepository } from './repositories/verdicts.ts';
import { MissedRepository } from './repositories/missed.ts';
import { CustodyRepository } from './repositories/custody.ts';
import { PlateCorrectionRepository } from './repositories/plate-corrections.ts';
import { AssignmentRepository } from './repositories/assignment.ts';
import { ProcedureRepository } from './repositories/procedure.ts';
import { SameActRepository } from './repositories/same-act.ts';
import { CountRepository } from './repositories/counts.ts';
import { TallyRepository } from './repositories/tallies.ts';
import { PassageRepository } from './repositories/passages.ts';
import { WatchRepository } from './repositories/watch-lists.ts';
import { AlertRepository } from './repositories/alerts.ts';
import { AlertDesk } from './alerts/alert-desk.ts';
import { startCustody } from './custody.ts';
import { startConfirmationConsumer } from './confirmation-consumer.ts';
import { startPassageConsumer } from './passage-consumer.ts';
import { startPassageRetention } from './passage-retention.ts';
import { startReviewConsumer } from './review-consumer.ts';
import { registerAlertRoutes } from './routes/alerts.ts';
import { registerAuditRoutes } from './routes/audit.ts';
import { registerCameraRoutes } from './routes/cameras.ts';
import { registerCaseListRoutes } from './routes/case-list.ts';
import { registerCaseRoutes } from './routes/cases.ts';
import { registerCustodyRoutes } from './routes/custody.ts';
import { registerExportRoutes } from './routes/exports.ts';
import { registerHealthRoutes } from './routes/health.ts';
import { registerHlsRoutes } from './routes/hls.ts';
import { registerPtzRoutes } from './routes/ptz.ts';
import { registerRecordingRoutes } from './routes/recordings.ts';
import { registerIncidentRoutes } from './routes/incidents.ts';
import { registerLawRoutes } from './routes/law.ts';
import { registerLinkRoutes } from './routes/links.ts';
import { registerLiveRoutes } from './routes/live.ts';
import { registerMapRoutes } from './routes/map.ts';
import { registerPassageRoutes } from './routes/passages.ts';
import { registerAssignmentRoutes } from './routes/assignment.ts';
import { registerProcedureRoutes } from './routes/procedure.ts';
import { registerProviderLoginRoutes } from './routes/provider-login.ts';
import { registerQualityRoutes } from './routes/quality.ts';
import { registerSameActRoutes } from './routes/same-act.ts';
import { registerSessionRoutes } from './routes/session.ts';
import { registerSnapshotRoutes } from './routes/snapshot.ts';
import { registerSetupRoutes } from './routes/setup.ts';
import { registerSignalRoutes } from './routes/signals.ts';
import { registerStillRoutes } from './routes/stills.ts';
import { registerDangerRoutes } from './routes/danger.ts';
import { registerWindRoutes } from './routes/wind.ts';
import { DangerBook } from './danger.ts';
import { startPlumeConsumer } from './plume-consumer.ts';
import { FireActionRepository } from './repositories/fire-actions.ts';
import { PlumeCourseRepository } from './repositories/plume-course.ts';
import { WindBook } from './wind.ts';
import { registerStatisticsRoutes } from './routes/statistics.ts';
import { registerTokenRoutes } from './routes/tokens.ts';
import { registerUserRoutes } from './routes/users.ts';
import { registerWatchRoutes } from './routes/watch-lists.ts';
import { ConfigFile } from './setup/config-file.ts';
import { startStatisticsConsumer } from './statistics-consumer.ts';
import { startTallyConsumer } from './tally-consumer.ts';

/** Requests carry a verdict and a note; nothing that people send is larger. */
const BODY_LIMIT_BYTES = 64 * 1024;

export type AppOptions = {
  readonly config: Config;
  readonly dataDir: string;
  readonly redisUrl: string;
  /** Closed with the app. */
  readonly store: EvidenceStore;
  readonly log: Logger;
  /** Folder of the built player; default: `dist/player`. */
  readonly playerDir?: string;
  readonly clock?: Clock;
  /** Where `config` was read from; default: `config.yml` in the data folder. */
  readonly configPath?: string;
  /** Starts processes again (`watchpost up`). */
  readonly restart?: (names: readonly string[]) => void;
  /** Has processes read the configuration again while they work. */
  readonly reload?: (names: readonly string[]) => void;
  /** PostgreSQL URL; default: SQLite in the data folder. */
  readonly databaseUrl?: string;
};

declare module 'fastify' {
  interface FastifyInstance {
    /** Password of the administrator that this very start created; else null. Shown once, stored nowhere. */
    firstPassword: string | null;
    /** Newest row of the audit chain. */
    auditHead: () => Promise<{ seq: number; hash: string }>;
  }
}

/**
 * The API, ready to listen. Starts and serves cases while Redis is away; live pictures and new cases then wait for it.
 * @throws WatchpostError DATABASE_UNAVAILABLE, INPUT_UNREADABLE for a map of the section `fire`
 */
export const buildApp = async (options: AppOptions): Promise<FastifyInstance> => {
  const { config, dataDir, redisUrl, store, log, clock = systemClock } = options;
  const paths = dataPaths(dataDir);
  const playerDir = options.playerDir ?? defaultPlayerDir();
  const db = await openDatabase(options.databaseUrl ?? paths.database);
  // Made before the first case, so that a folder that is not there later is one that was taken away.
  if (config.evidence.store.kind === 'local') await mkdir(paths.objects, { recursive: true });
  const users = new UserStore(db, clock);
  const firstPassword = await users.openFirstAccount();

  const box = new SecretBox(paths.keys);
  const secondFactor = new SecondFactor(db, clock, {
    box,
    issuer: config.site.name,
    requiredRoles: config.accounts.secondFactorRoles,
  });

  const { oidc } = config.accounts;
  const provider = oidc ? new LoginProvider(oidc, { box, clock, log }) : null;
  const providerSessions = provider && new ProviderSessions(db, clock, provider);
  const sessions = new SessionStore(db, clock, secondFactor, providerSessions);
  const tokens = new TokenStore(db, clock, secondFactor);

  const configPath = options.configPath ?? join(dataDir, 'config.yml');
  const fireMap = await openFireMap(config.fire, dirname(configPath));
  const cameras = new Map(config.cameras.map((camera) => [camera.id, camera]));
  const redis = new RedisLink(redisUrl, log);
  const states = new CameraStates(redis, clock);
  const cases = new CaseRepository(db, clock);
  const context: ApiContext = {
    config,
    cameras,
    paths,
    clock,
    log,
    store,
    db,
    users,
    tokens,
    secondFactor,
    reviewKeys: new ReviewKeyStore(db),
    fireMap,
    wind: new WindBook(redis, clock, log),
    danger: new DangerBook(redis, clock),
    plumeCourse: new PlumeCourseRepository(db),
    fireActions: new FireActionRepository(db, clock),
    redis,
    states,
    audit: new AuditLog(db),
    sessions,
    provider,
    providerSessions,
    cases,
    claims: new ClaimRepository(cases, db, clock, config.review),
    verdicts: new VerdictRepository(cases, db, clock, config.review),
    procedure: new ProcedureRepository(db, clock),
    assignment: new AssignmentRepository(db, clock),
    custody: new CustodyRepository(db, clock, config.evidence.retention),
    plateCorrections: new PlateCorrectionRepository(db, clock),
    sameAct: new SameActRepository(db, clock, positionsOf(config)),
    missed: new MissedRepository(db, clock),
    counts: new CountRepository(db),
    tallies: new TallyRepository(db),
    passages: new PassageRepository(db),
    watch: new WatchRepository(db, clock),
    alerts: new AlertRepository(db),
    live: new LiveHub(redis, states, [...cameras.keys()], log),
    metrics: new Metrics(),
    stages: new StageHistograms(),
    tracing: await openTracing(config.telemetry, { name: 'api', worker: 'api' }, log),
    probeDatabase: await databaseProbe(db, options.databaseUrl === undefined ? paths.database : null),
    configFile: new ConfigFile({ path: configPath, dataDir, db, clock }),
    restart: options.restart ?? null,
    reload: options.reload ?? null,
  };

  const logger: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: 256 },
    // A stop must not wait for browsers that keep live connections open.
    forceCloseConnections: true,
    requestTimeout: 30_000,
    // What fails before any route is found, such as a broken escape in the path.
    frameworkErrors: (error, _request, reply) => void sendProblem(reply as unknown as FastifyReply, error),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.decorate('firstPassword', firstPassword);
  app.decorate('auditHead', () => context.audit.head());
  // Only JSON: a form of another site could send text.
  app.removeContentTypeParser('text/plain');
  registerProblems(app);
  registerValidation(app);
  registerSecurityHeaders(app, { https: config.server.secureCookies });
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'none';
    const status = String(reply.statusCode);
    context.metrics.observeRequest({ method, route, status }, reply.elapsedTime / 1000);
    return Promise.resolve();
  });
  await app.register(cookie);
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { after }) =>
      new WatchpostError('TOO_MANY_REQUESTS', `Too many requests from this address; wait ${after}`),
  });
  registerAuth(app, context);
  await registerOpenApi(app);

  const desk = new AlertDesk(context);
  const custody = startCustody(context);
  registerSessionRoutes(app, context);
  registerProviderLoginRoutes(app, context);
  registerUserRoutes(app, context);
  registerTokenRoutes(app, context);
  registerCameraRoutes(app, context);
  registerSnapshotRoutes(app, context);
  registerStillRoutes(app, context);
  registerSignalRoutes(app, context);
  registerPtzRoutes(app, context);
  registerCaseRoutes(app, context);
  registerCaseListRoutes(app, context);
  registerProcedureRoutes(app, context);
  registerAssignmentRoutes(app, context);
  registerSameActRoutes(app, context);
  registerCustodyRoutes(app, context, { onHold: custody.nudge });
  registerIncidentRoutes(app, context, desk);
  registerAlertRoutes(app, context);
  registerWindRoutes(app, context);
  registerDangerRoutes(app, context);
  registerExportRoutes(app, context, { playerDir });
  registerLinkRoutes(app, context);
  registerLawRoutes(app, context);
  registerLiveRoutes(app, context);
  registerMapRoutes(app, context);
  registerHlsRoutes(app, context);
  registerRecordingRoutes(app, context);
  registerAuditRoutes(app, context);
  registerStatisticsRoutes(app, context);
  registerHealthRoutes(app, context);
  registerSetupRoutes(app, context);
  registerQualityRoutes(app, context);
  registerPassageRoutes(app, context);
  registerWatchRoutes(app, context);
  await registerPlayer(app, playerDir);

  context.live.start();
  desk.start();
  if (config.fire.wind) context.wind.start(config.fire.wind);
  const confirmations = startConfirmationConsumer(context, desk);
  const review = startReviewConsumer(context, desk);
  const statistics = startStatisticsConsumer(context);
  const tallies = startTallyConsumer(context);
  const passages = startPassageConsumer(context, desk);
  const retention = startPassageRetention(context);
  const learnt = startLearntPlaces(context);
  const plumes = startPlumeConsumer(context);
  app.addHook('preClose', () => context.live.close());
  app.addHook('onClose', async () => {
    const steps: (() => Promise<void>)[] = [
      () => review.close(),
      () => confirmations.close(),
      () => statistics.close(),
      () => tallies.close(),
      () => passages.close(),
      () => desk.close(),
      () => context.wind.close(),
      () => retention.close(),
      () => custody.close(),
      () => learnt.close(),
      () => plumes.close(),
      async () => {
        redis.close();
        return Promise.resolve();
      },
      () => store.close(),
      async () => context.tracing?.close(),
      () => db.destroy(),
    ];
    // Closing one badly must not keep the next open.
    for (const step of steps)
      try {
        await step();
      } catch (error) {
        log.warn({ err: error }, 'part could not be closed');
      }
  });
  await app.ready();
  return app;
};

const positionsOf = ({ cameras }: Config): ReadonlyMap<string, Place> =>
  new Map(cameras.flatMap(({ id, location }) => (location ? [[id, location] as const] : [])));

/** Beside this file once built (`dist/api`), else below the repository's root. */
const defaultPlayerDir = (): string => {
  const built = join(import.meta.dirname, '..', 'player');
  return existsSync(join(built, 'index.html')) ? built : join(import.meta.dirname, '..', 'dist', 'player');
};
