import type { Generated } from 'kysely';
import type { CaseStatus } from '../../pipeline/procedure.ts';
import type { Role } from '../contract/session.ts';
import type { CaseState } from '../contract/cases.ts';

/**
 * Tables of both dialects. Instants are epoch milliseconds; flags are 0 or 1, because SQLite knows no booleans;
 * JSON is text, because it is only ever read whole.
 */
export type Tables = {
  users: UserTable;
  sessions: SessionTable;
  provider_sessions: ProviderSessionTable;
  login_failures: LoginFailureTable;
  recovery_codes: RecoveryCodeTable;
  api_tokens: ApiTokenTable;
  review_keys: ReviewKeyTable;
  cases: CaseTable;
  manifests: ManifestTable;
  case_custody: CaseCustodyTable;
  verdicts: VerdictTable;
  labels: LabelTable;
  case_measures: CaseMeasureTable;
  notes: NoteTable;
  plate_corrections: PlateCorrectionTable;
  case_plates: CasePlateTable;
  missed_acts: MissedActTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
  counts: CountTable;
  counted_events: CountedEventTable;
  speed_counts: SpeedCountTable;
  crowd_counts: CrowdCountTable;
  passages: PassageTable;
  passage_plates: PassagePlateTable;
  watch_entries: WatchEntryTable;
  watch_hits: WatchHitTable;
  alerts: AlertTable;
  alert_deliveries: AlertDeliveryTable;
  alert_channels: AlertChannelTable;
  plume_course: PlumeCourseTable;
  fire_actions: FireActionTable;
};

export type UserTable = {
  username: string;
  display_name: string;
  role: Role;
  /** JSON array of camera groups, or null for all. */
  groups: string | null;
  password_hash: string;
  must_change: number;
  disabled: number;
  created_at: number;
  last_login_at: number | null;
  /** Sealed under the key of the data folder (accounts/secret-box.ts); counts once it is confirmed. */
  totp_secret: string | null;
  totp_confirmed_at: number | null;
  /** Newest time step whose code was taken: none counts twice. */
  totp_last_step: number;
  /** Issuer and subject of an account that logs in at the provider; null for local ones. */
  provider_subject: string | null;
};

export type ReviewKeyTable = {
  username: string;
  /** JSON of contract/review-keys.ts. */
  keys: string;
};

export type SessionTable = {
  /** SHA-256 of the cookie's token: a stolen database opens no session. */
  token_hash: string;
  username: string;
  csrf_token: string;
  created_at: number;
  seen_at: number;
};

/** Sessions that were opened at the log-in provider. */
export type ProviderSessionTable = {
  token_hash: string;
  /** Refresh and ID token, sealed under the key of the data folder. */
  tokens: string;
  /** When the provider was last asked whether the account holds. */
  checked_at: number;
  ends_at: number;
};

export type LoginFailureTable = { username: string; failures: number; last_at: number; locked_until: number };

/** SHA-256 of codes that stand in for the telephone, each once. */
export type RecoveryCodeTable = { username: string; code_hash: string; used_at: number | null };

export type ApiTokenTable = {
  id: string;
  /** SHA-256 of the secret: a stolen database opens nothing. */
  token_hash: string;
  username: string;
  name: string;
  /** JSON array of scopes. */
  scopes: string;
  created_at: number;
  expires_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
};

export type CaseTable = {
  id: string;
  kind: string;
  rule_id: string;
  camera_id: string;
  camera_name: string;
  camera_group: string;
  place: string;
  trigger_at: number;
  created_at: number;
  subject_class: string | null;
  thumbnail: string | null;
  prefix: string;
  manifest_sha256: string;
  key_id: string;
  state: CaseState;
  /** 1 while nobody has decided: one narrow index serves the queue however many decided cases there are. */
  is_open: number;
  claimed_by: string | null;
  claimed_at: number | null;
  lease_until: number | null;
  verdict_by: string | null;
  verdict_at: number | null;
  verdict_reason: string | null;
  verdict_note: string | null;
  /** Status in the legal procedure (pipeline/procedure.ts); null for kinds that end with the verdict. */
  status: CaseStatus | null;
  status_at: number | null;
  /** The clock that runs out first, and its name. */
  due_at: number | null;
  due_for: string | null;
  /** 1 first look, 2 second and blind, 3 a supervisor decides between the two. */
  review_round: number;
  /** Who gave the first verdict of a case that is looked at twice; they do not get it again. */
  first_by: string | null;
  /** The case of another camera that shows the same act and goes on in its place. */
  merged_into: string | null;
  /** Who sees to the case; null: nobody in particular. */
  assigned_to: string | null;
};

/** The sealed manifest as it was checked when the case came in. Apart from `cases`, whose rows stay small. */
export type ManifestTable = { case_id: string; json: string };

/** Beside a case that somebody holds, that the object store locks, or whose evidence was erased; others have no row. */
export type CaseCustodyTable = {
  case_id: string;
  held: number;
  held_by: string | null;
  held_at: number | null;
  hold_reason: string | null;
  /** Whether the object store was last told of a hold; it follows `held`. */
  store_held: number;
  /** Until when the store was told to lock the files. */
  locked_until: number | null;
  erased_at: number | null;
  erased_tier: string | null;
  /** How many files were erased; null while that is not finished. */
  erased_files: number | null;
};

/** Every verdict ever given, undone ones too. */
export type VerdictTable = {
  id: string;
  case_id: string;
  actor: string;
  verdict: string;
  reason: string | null;
  note: string | null;
  at: number;
  undone_at: number | null;
  round: number;
};

/** Notes are only ever added. */
export type NoteTable = { id: string; case_id: string; actor: string; at: number; text: string };

/** What a person read on a plate of a case; text null: it cannot be read. Only ever added. */
export type PlateCorrectionTable = {
  id: string;
  case_id: string;
  track_id: number;
  text: string | null;
  actor: string;
  at: number;
};

/** What the plate of a case's vehicle says, as last read by machine or person; `symbols` is how it is looked for. */
export type CasePlateTable = { case_id: string; track_id: number; text: string; symbols: string };

/** An act that a person saw on a recording and no rule reported. */
export type MissedActTable = {
  id: string;
  camera_id: string;
  camera_group: string;
  kind: string;
  at: number;
  note: string | null;
  actor: string;
  created_at: number;
};

/** What a verdict teaches: one standing label a case, for data sets and precision. */
export type LabelTable = {
  case_id: string;
  camera_id: string;
  rule_id: string;
  kind: string;
  label: string;
  reason: string | null;
  actor: string;
  at: number;
  manifest_sha256: string;
};

/** The numbers that a case rests on, beside the verdict that people gave it. */
export type CaseMeasureTable = {
  case_id: string;
  name: string;
  value: number;
  unit: string;
  /** Of the rule when it made the case; null where none stands behind the number. */
  threshold: number | null;
  comparison: string | null;
};

export type AuditTable = {
  seq: number;
  at: number;
  actor: string;
  action: string;
  target: string | null;
  detail: string | null;
  previous_hash: string;
  hash: string;
};

/** One row: its lock puts writers of the chain in order, its hash shows when the newest rows were cut off. */
export type AuditHeadTable = { id: number; seq: number; hash: string };

export type CountTable = {
  camera_id: string;
  rule_id: string;
  class_name: string;
  direction: string;
  quarter_at: number;
  count: number;
};

export type CountedEventTable = { event_id: string; counted_at: number };

/** Vehicles by the band that their speed lies in, named by its lower end. */
export type SpeedCountTable = {
  quarter_at: number;
  camera_id: string;
  class_name: string;
  band_kmh: number;
  count: number;
};

/** People in the area of a rule: the most at once, and means of minutes added up. */
export type CrowdCountTable = {
  quarter_at: number;
  camera_id: string;
  rule_id: string;
  most: number;
  mean_sum: number;
  minutes: number;
};

export type PassageTable = {
  seq: Generated<number>;
  id: string;
  camera_id: string;
  at: number;
  class_name: string;
  colour: string | null;
  /** Display form; null when unread. */
  plate: string | null;
  confidence: number | null;
  grade: string | null;
  /** 1 when no kept passage of this plate at this camera was older when it came in. */
  first_here: number;
  /** The whole Passage. */
  json: string;
};

/**
 * What the plate of a passage may say, the reading first (rank 0). Three spellings, because an index finds beginnings of
 * text only; the filters are copied, and in every index, so that a lookup needs nothing but an index.
 */
export type PassagePlateTable = {
  passage_seq: number;
  rank: number;
  /** Without separators. */
  symbols: string;
  reversed: string;
  /** Without the province: from the third symbol on. */
  serial: string;
  probability: number;
  at: number;
  camera_id: string;
  class_name: string;
  colour: string | null;
  first_here: number;
};

export type WatchEntryTable = {
  id: string;
  list: string;
  /** Symbols without separators, `?` and `*` as wildcards. */
  pattern: string;
  /** 1 when the pattern has no wildcard: such entries are found by it, however many there are. */
  is_whole: number;
  /** As it was typed. */
  plate: string;
  reason: string;
  owner: string;
  created_at: number;
  expires_at: number;
  ended_at: number | null;
  ended_by: string | null;
};

/** A passage that fitted an entry of a list that alerts. Kept when the passage itself expires. */
export type WatchHitTable = {
  id: string;
  entry_id: string;
  passage_id: string;
  camera_id: string;
  at: number;
  found_at: number;
  plate: string;
  probability: number;
  seen_by: string | null;
  seen_at: number | null;
};

/** One confirmed thing that somebody is told of. */
export type AlertTable = {
  /** Of the case's event, or of the watch-list hit. */
  id: string;
  kind: string;
  camera_id: string;
  /** When it was confirmed. */
  at: number;
  announced_at: number;
  /** Id of the first alert of the same fire; the own one where there is none before. Only that one has a clock. */
  incident_id: string;
  /** Index of the newest group of channels that was told. */
  level: number;
  /** When the next group is told; null: never. */
  escalate_at: number | null;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  /** JSON of the WatchEvent, or of the PlateHit. */
  body: string;
};

/** One alert on its way through one channel. */
export type AlertDeliveryTable = {
  alert_id: string;
  level: number;
  channel_id: string;
  /** Later than the announcement where quiet hours hold it back. */
  due_at: number;
  attempts: number;
  delivered_at: number | null;
  /** Set aside: the receiver does not want this one. */
  refused_at: number | null;
};

/** What somebody did about a fire, by the first case of its incident then. */
export type FireActionTable = {
  case_id: string;
  action: 'dispatched' | 'closed';
  actor: string;
  at: number;
  note: string;
};

/** How smoke or flame stood at one time after it was confirmed. `case_id` is its event's, which may have no case yet. */
export type PlumeCourseTable = {
  case_id: string;
  at: number;
  state: 'confirmed' | 'ongoing' | 'ended';
  last_seen_at: number;
  sightings: number;
  frames_looked: number;
  evidence: number;
  growth_percent: number;
};

/** How a channel does. */
export type AlertChannelTable = {
  channel_id: string;
  /** Null while it works. */
  failing_since: number | null;
  /** A ChannelProblemCode, and what the receiver said. */
  problem: string | null;
  told: string | null;
  delivered_at: number | null;
};
