import type { Logger } from 'pino';
import type { Clock } from '../pipeline/clock.ts';
import type { Config } from '../pipeline/config-schema.ts';
import type { CameraConfig } from '../pipeline/config/camera.ts';
import type { EvidenceStore } from '../pipeline/evidence-store.ts';
import type { StageHistograms } from '../pipeline/stage-histograms.ts';
import type { LoginProvider } from './accounts/login-provider.ts';
import type { ProviderSessions } from './accounts/provider-sessions.ts';
import type { Tracing } from '../workers/telemetry/tracing.ts';
import type { ReviewKeyStore } from './accounts/review-key-store.ts';
import type { SecondFactor } from './accounts/second-factor.ts';
import type { SessionStore } from './accounts/session-store.ts';
import type { TokenStore } from './accounts/token-store.ts';
import type { UserStore } from './accounts/user-store.ts';
import type { AuditLog } from './database/audit-log.ts';
import type { Database } from './database/open-database.ts';
import type { FireMap } from './fire-map.ts';
import type { CameraStates } from './live/camera-states.ts';
import type { LiveHub } from './live/live-hub.ts';
import type { ConfigFile } from './setup/config-file.ts';
import type { RedisLink } from './live/redis-link.ts';
import type { Metrics } from './metrics.ts';
import type { DataPaths } from './paths.ts';
import type { CaseRepository } from './repositories/cases.ts';
import type { ClaimRepository } from './repositories/claims.ts';
import type { AssignmentRepository } from './repositories/assignment.ts';
import type { MissedRepository } from './repositories/missed.ts';
import type { SameActRepository } from './repositories/same-act.ts';
import type { CustodyRepository } from './repositories/custody.ts';
import type { PlateCorrectionRepository } from './repositories/plate-corrections.ts';
import type { ProcedureRepository } from './repositories/procedure.ts';
import type { PassageRepository } from './repositories/passages.ts';
import type { AlertRepository } from './repositories/alerts.ts';
import type { VerdictRepository } from './repositories/verdicts.ts';
import type { WatchRepository } from './repositories/watch-lists.ts';
import type { CountRepository } from './repositories/counts.ts';
import type { TallyRepository } from './repositories/tallies.ts';
import type { DangerBook } from './danger.ts';
import type { FireActionRepository } from './repositories/fire-actions.ts';
import type { PlumeCourseRepository } from './repositories/plume-course.ts';
import type { WindBook } from './wind.ts';

/** Everything the routes are made of. */
export type ApiContext = {
  readonly config: Config;
  readonly cameras: ReadonlyMap<string, CameraConfig>;
  readonly paths: DataPaths;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: EvidenceStore;
  readonly db: Database;
  readonly audit: AuditLog;
  readonly sessions: SessionStore;
  /** Null without a log-in provider in the configuration. */
  readonly provider: LoginProvider | null;
  readonly providerSessions: ProviderSessions | null;
  readonly secondFactor: SecondFactor;
  readonly tokens: TokenStore;
  readonly users: UserStore;
  readonly reviewKeys: ReviewKeyStore;
  readonly cases: CaseRepository;
  readonly claims: ClaimRepository;
  readonly verdicts: VerdictRepository;
  readonly procedure: ProcedureRepository;
  readonly assignment: AssignmentRepository;
  readonly custody: CustodyRepository;
  readonly plateCorrections: PlateCorrectionRepository;
  readonly sameAct: SameActRepository;
  readonly missed: MissedRepository;
  readonly counts: CountRepository;
  readonly tallies: TallyRepository;
  readonly passages: PassageRepository;
  readonly watch: WatchRepository;
  readonly fireMap: FireMap;
  readonly wind: WindBook;
  readonly danger: DangerBook;
  readonly plumeCourse: PlumeCourseRepository;
  readonly fireActions: FireActionRepository;
  readonly alerts: AlertRepository;
  readonly redis: RedisLink;
  readonly states: CameraStates;
  readonly live: LiveHub;
  readonly metrics: Metrics;
  /** Stages that end in this process. */
  readonly stages: StageHistograms;
  /** Null where frames are not traced. */
  readonly tracing: Tracing | null;
  /** Whether the database can be asked, and is still the one that was opened. Rejects when not. */
  readonly probeDatabase: () => Promise<void>;
  readonly configFile: ConfigFile;
  /** Starts processes again; null where nobody supervises them. */
  readonly restart: ((names: readonly string[]) => void) | null;
  /** Has processes read the configuration again while they work; null where nobody supervises them. */
  readonly reload: ((names: readonly string[]) => void) | null;
};
