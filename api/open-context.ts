import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../pipeline/clock.ts';
import type { Config } from '../pipeline/config-schema.ts';
import type { Place } from '../pipeline/fire/earth.ts';
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
import { LiveHub } from './live/live-hub.ts';
import { RedisLink } from './live/redis-link.ts';
import { Metrics } from './metrics.ts';
import { dataPaths } from './paths.ts';
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
import { DangerBook } from './danger.ts';
import { FireActionRepository } from './repositories/fire-actions.ts';
import { PlumeCourseRepository } from './repositories/plume-course.ts';
import { WindBook } from './wind.ts';
import { ConfigFile } from './setup/config-file.ts';

export type ContextOptions = {
  readonly config: Config;
  readonly dataDir: string;
  readonly redisUrl: string;
  /** Closed with the app. */
  readonly store: EvidenceStore;
  readonly log: Logger;
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

/**
 * Opens everything the routes are made of. Whoever calls closes its database, Redis link, store and tracing.
 * @returns with the password of the administrator that this very start created, else null
 * @throws WatchpostError DATABASE_UNAVAILABLE, INPUT_UNREADABLE for a map of the section `fire`
 */
export const openContext = async (
  options: ContextOptions,
): Promise<{ readonly context: ApiContext; readonly firstPassword: string | null }> => {
  const { config, dataDir, redisUrl, store, log, clock = systemClock } = options;
  const paths = dataPaths(dataDir);
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
  const switchedOff = config.cameras.filter(({ enabled }) => !enabled).map(({ id }) => id);
  const states = new CameraStates(redis, clock, new Set(switchedOff));
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
  return { context, firstPassword };
};

const positionsOf = ({ cameras }: Config): ReadonlyMap<string, Place> =>
  new Map(cameras.flatMap(({ id, location }) => (location ? [[id, location] as const] : [])));
