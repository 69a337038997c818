import type { Custody, HoldRequest, RetentionForecast } from '../api/contract/custody.ts';
import type { AssigneeList, AssignRequest } from '../api/contract/assignment.ts';
import type { AuditList, AuditVerdict } from '../api/contract/audit.ts';
import type { Camera, CameraRecording, SpanQuery } from '../api/contract/cameras.ts';
import type {
  CaseDetail,
  CaseList,
  CaseSummary,
  ClaimResult,
  VerdictRequest,
  VerifyResult,
} from '../api/contract/cases.ts';
import type { LivePlateList } from '../api/contract/live.ts';
import type { DiskReadiness, SealReadiness } from '../api/contract/health.ts';
import type { ReviewKeys, ReviewKeysChange } from '../api/contract/review-keys.ts';
import type { AlertChannelList } from '../api/contract/alerts.ts';
import type { IncidentList } from '../api/contract/incidents.ts';
import type { FireAction, FireActionRequest } from '../api/contract/fire-actions.ts';
import type { Danger, DangerRequest } from '../api/contract/danger.ts';
import type { PtzAct, PtzPresets } from '../api/contract/ptz.ts';
import type { Wind, WindReport } from '../api/contract/wind.ts';
import type { MergeRequest, SameActList } from '../api/contract/same-act.ts';
import type {
  NewWatchEntry,
  PassageList,
  PassageSearch,
  Trace,
  TraceRequest,
  WatchEntry,
  WatchEntryList,
  WatchHitList,
} from '../api/contract/passages.ts';
import type {
  Agreement,
  BulkRequest,
  BulkResult,
  MissedAct,
  MissedList,
  MissedRequest,
  Note,
  NoteRequest,
  PlateCorrection,
  PlateCorrectionRequest,
  StatusRequest,
} from '../api/contract/procedure.ts';
import type {
  ConfirmedSecondFactor,
  LoginRequest,
  LoginWays,
  NewSecondFactor,
  ProviderLogOut,
  SecondFactorCode,
  SecondFactorRequest,
  Session,
} from '../api/contract/session.ts';
import type {
  Applied,
  CheckResult,
  DryRunResult,
  ProbeRequest,
  ProbeResult,
  Saved,
  Setup,
  VersionDiff,
  VersionList,
} from '../api/contract/setup.ts';
import type { DraftCamera } from './pages/setup/draft.ts';
import type { ApiToken, ApiTokenList, CreatedApiToken, NewApiToken } from '../api/contract/tokens.ts';
import type { ChangedUser, CreatedUser, NewUser, PasswordChange, UserChange, UserList } from '../api/contract/users.ts';
import type { DriftList, QualityList, ThresholdList } from '../api/contract/quality.ts';
import type { CaseCountList, CountList, CoverageList, CrowdList, SpeedList } from '../api/contract/statistics.ts';
import type { LiveFrame } from '../pipeline/live.ts';

/** Why a request failed. `status` 0: the server could not be reached. `code` is one of docs/errors.md, or empty. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

const cameraUrl = (id: string): string => `/api/cameras/${encodeURIComponent(id)}`;

/** A still of a camera's newest segment; some seconds old when it arrives. */
export const snapshotUrl = (cameraId: string): string => `${cameraUrl(cameraId)}/snapshot.jpg`;

/** Longer answers than this mean that the connection is gone; the page says so instead of waiting on. */
const TIMEOUT_MS = 20_000;
/** Hours of tracks through all rules take their time. */
const LONG_MS = 180_000;
/** Two ways of transport, each with its own time. */
const PROBE_MS = 40_000;

let csrfToken = '';
let clockOffsetMs = 0;

/** This machine's clock corrected by the server's, epoch ms: an office PC's clock may be minutes off. */
export const serverNow = (): number => Date.now() + clockOffsetMs;

/** The header has whole seconds, so only a difference that it can show is believed. */
function compareClocks(date: string | null): void {
  const offsetMs = Date.parse(date ?? '') + 500 - Date.now();
  if (!Number.isNaN(offsetMs)) clockOffsetMs = Math.abs(offsetMs) > 1_500 ? offsetMs : 0;
}

let onSessionEnded: () => void = () => undefined;

/** Called once at start: what to do when the server says that the session is over. */
export const whenSessionEnds = (callback: () => void): void => {
  onSessionEnded = callback;
};

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

async function request<Answer>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' ? {} : { 'x-csrf-token': csrfToken }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, '', '');
  }
  compareClocks(response.headers.get('date'));
  const text = await response.text();
  const answer = text === '' ? undefined : parseJson(text);
  if (response.ok) return answer as Answer;
  const problem = toProblem(answer);
  // A wrong password or code is also a 401, and no reason to leave the page.
  if (problem.code === 'AUTH_REQUIRED' && path !== '/api/session') onSessionEnded();
  throw new ApiError(response.status, problem.code, problem.detail);
}

/** A proxy in between may answer with a page of its own; that is no reason to fail differently. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toProblem(answer: unknown): { code: string; detail: string } {
  const fields: { code?: unknown; detail?: unknown; title?: unknown } =
    typeof answer === 'object' && answer !== null ? answer : {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { code: text(fields.code), detail: text(fields.detail) || text(fields.title) };
}

function remember(session: Session): Session {
  csrfToken = session.csrfToken;
  return session;
}

const caseUrl = (id: string): string => `/api/cases/${encodeURIComponent(id)}`;

export type Filters = Readonly<Record<string, string | number | undefined>>;

/** `a=1&b=2` with empty values left out, and its question mark. */
export function toQuery(filters: Filters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** A camera as the editor has it, and the file that it was made on. */
type CameraDraft = { readonly sha256: string; readonly camera: DraftCamera };

/** What `/readyz` says of the server's parts. */
export type Readiness = {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, boolean>>;
  readonly seal?: SealReadiness;
  readonly disk?: DiskReadiness;
};

/** Everything the pages ask the server for. Every call rejects with ApiError. */
export const api = {
  session: async (signal?: AbortSignal) => remember(await request<Session>('GET', '/api/session', undefined, signal)),
  logIn: async (login: LoginRequest) => remember(await request<Session>('POST', '/api/session', login)),
  loginWays: (signal?: AbortSignal) => request<LoginWays>('GET', '/api/session/ways', undefined, signal),
  logOut: () => request<ProviderLogOut | undefined>('DELETE', '/api/session'),
  changePassword: (change: PasswordChange) => request<Session>('POST', '/api/session/password', change),

  chooseKeys: async (keys: ReviewKeys) =>
    remember(await request<Session>('PUT', '/api/session/keys', { keys } satisfies ReviewKeysChange)),

  beginSecondFactor: (wanted: SecondFactorRequest) =>
    request<NewSecondFactor>('POST', '/api/session/second-factor', wanted),
  confirmSecondFactor: (code: SecondFactorCode) =>
    request<ConfirmedSecondFactor>('POST', '/api/session/second-factor/confirm', code),
  endSecondFactor: (wanted: SecondFactorRequest) => request<Session>('POST', '/api/session/second-factor/off', wanted),

  tokens: (signal?: AbortSignal) => request<ApiTokenList>('GET', '/api/tokens', undefined, signal),
  createToken: (wanted: NewApiToken) => request<CreatedApiToken>('POST', '/api/tokens', wanted),
  revokeToken: (id: string) => request<ApiToken>('DELETE', `/api/tokens/${encodeURIComponent(id)}`),

  setup: (signal?: AbortSignal) => request<Setup>('GET', '/api/setup', undefined, signal),
  checkCamera: (change: CameraDraft) => request<CheckResult>('POST', '/api/setup/check', change),
  saveCamera: (change: CameraDraft & { readonly note: string }) => request<Saved>('PUT', '/api/setup/cameras', change),
  versions: (signal?: AbortSignal) => request<VersionList>('GET', '/api/setup/versions', undefined, signal),
  versionDiff: (version: number, signal?: AbortSignal) =>
    request<VersionDiff>('GET', `/api/setup/versions/${version}`, undefined, signal),
  restoreVersion: (version: number, basis: { readonly sha256: string }) =>
    request<Saved>('POST', `/api/setup/versions/${version}/restore`, basis),
  probe: (wanted: ProbeRequest) => request<ProbeResult>('POST', '/api/setup/probe', wanted, undefined, PROBE_MS),
  dryRun: (wanted: { readonly camera: DraftCamera; readonly minutes: number }) =>
    request<DryRunResult>('POST', '/api/setup/dry-run', wanted, undefined, LONG_MS),
  applySetup: () => request<Applied>('POST', '/api/setup/apply'),

  users: (signal?: AbortSignal) => request<UserList>('GET', '/api/users', undefined, signal),
  createUser: (user: NewUser) => request<CreatedUser>('POST', '/api/users', user),
  changeUser: (username: string, change: UserChange) =>
    request<ChangedUser>('PATCH', `/api/users/${encodeURIComponent(username)}`, change),

  cameras: (signal?: AbortSignal) => request<readonly Camera[]>('GET', '/api/cameras', undefined, signal),
  recording: (cameraId: string, span: SpanQuery, signal?: AbortSignal) =>
    request<CameraRecording>('GET', `${cameraUrl(cameraId)}/recording${toQuery(span)}`, undefined, signal),
  plates: async (cameraId: string, span: SpanQuery, signal?: AbortSignal) =>
    (await request<LivePlateList>('GET', `${cameraUrl(cameraId)}/plates${toQuery(span)}`, undefined, signal)).plates,
  ptzPresets: (cameraId: string, signal?: AbortSignal) =>
    request<PtzPresets>('GET', `${cameraUrl(cameraId)}/ptz`, undefined, signal),
  turnCamera: (cameraId: string, act: PtzAct) => request<undefined>('POST', `${cameraUrl(cameraId)}/ptz`, act),
  tracks: (cameraId: string, span: SpanQuery, signal?: AbortSignal) =>
    request<readonly LiveFrame[]>('GET', `${cameraUrl(cameraId)}/tracks${toQuery(span)}`, undefined, signal),

  thresholds: (filters: Filters, signal?: AbortSignal) =>
    request<ThresholdList>('GET', `/api/quality/thresholds${toQuery(filters)}`, undefined, signal),
  drift: (signal?: AbortSignal) => request<DriftList>('GET', '/api/quality/drift', undefined, signal),
  quality: (filters: Filters, signal?: AbortSignal) =>
    request<QualityList>('GET', `/api/quality${toQuery(filters)}`, undefined, signal),
  counts: (filters: Filters, signal?: AbortSignal) =>
    request<CountList>('GET', `/api/statistics/counts${toQuery(filters)}`, undefined, signal),
  caseCounts: (filters: Filters, signal?: AbortSignal) =>
    request<CaseCountList>('GET', `/api/statistics/cases${toQuery(filters)}`, undefined, signal),
  speeds: (filters: Filters, signal?: AbortSignal) =>
    request<SpeedList>('GET', `/api/statistics/speeds${toQuery(filters)}`, undefined, signal),
  crowds: (filters: Filters, signal?: AbortSignal) =>
    request<CrowdList>('GET', `/api/statistics/crowds${toQuery(filters)}`, undefined, signal),
  coverage: (filters: Filters, signal?: AbortSignal) =>
    request<CoverageList>('GET', `/api/statistics/coverage${toQuery(filters)}`, undefined, signal),

  cases: (filters: Filters, signal?: AbortSignal) =>
    request<CaseList>('GET', `/api/cases${toQuery(filters)}`, undefined, signal),
  case: (id: string, signal?: AbortSignal) => request<CaseDetail>('GET', caseUrl(id), undefined, signal),
  incidents: (signal?: AbortSignal) => request<IncidentList>('GET', '/api/incidents', undefined, signal),
  acknowledge: (id: string) => request<undefined>('POST', `/api/incidents/${encodeURIComponent(id)}/acknowledge`),
  fireAction: (incidentId: string, action: FireActionRequest) =>
    request<FireAction>('POST', `/api/incidents/${encodeURIComponent(incidentId)}/actions`, action),
  reportDanger: (danger: DangerRequest) => request<Danger>('PUT', '/api/fire/danger', danger),
  reportWind: (wind: WindReport) => request<Wind>('PUT', '/api/fire/wind', wind),
  alertChannels: (signal?: AbortSignal) => request<AlertChannelList>('GET', '/api/alerts/channels', undefined, signal),
  claim: (id: string) => request<ClaimResult>('POST', `${caseUrl(id)}/claim`),
  release: (id: string) => request<undefined>('DELETE', `${caseUrl(id)}/claim`),
  decide: (id: string, verdict: VerdictRequest) => request<unknown>('POST', `${caseUrl(id)}/verdict`, verdict),
  undo: (id: string) => request<unknown>('DELETE', `${caseUrl(id)}/verdict`),
  reopen: (id: string) => request<CaseSummary>('POST', `${caseUrl(id)}/reopen`),
  moveCase: (id: string, step: StatusRequest) => request<CaseSummary>('POST', `${caseUrl(id)}/status`, step),
  assignees: (id: string, signal?: AbortSignal) =>
    request<AssigneeList>('GET', `${caseUrl(id)}/assignees`, undefined, signal),
  assign: (id: string, username: string | null) =>
    request<CaseSummary>('POST', `${caseUrl(id)}/assignee`, { username } satisfies AssignRequest),
  addNote: (id: string, text: string) => request<Note>('POST', `${caseUrl(id)}/notes`, { text } satisfies NoteRequest),
  correctPlate: (id: string, reading: PlateCorrectionRequest) =>
    request<PlateCorrection>('POST', `${caseUrl(id)}/plate`, reading),
  decideMany: (wanted: BulkRequest) => request<BulkResult>('POST', '/api/cases/bulk', wanted, undefined, LONG_MS),
  agreement: (filters: Filters, signal?: AbortSignal) =>
    request<Agreement>('GET', `/api/reviews/agreement${toQuery(filters)}`, undefined, signal),
  missed: (filters: Filters, signal?: AbortSignal) =>
    request<MissedList>('GET', `/api/missed${toQuery(filters)}`, undefined, signal),
  reportMissed: (act: MissedRequest) => request<MissedAct>('POST', '/api/missed', act),
  sameAct: (id: string, signal?: AbortSignal) =>
    request<SameActList>('GET', `${caseUrl(id)}/same-act`, undefined, signal),
  merge: (id: string, into: string) =>
    request<CaseSummary>('POST', `${caseUrl(id)}/merge`, { into } satisfies MergeRequest),
  hold: (id: string, reason: string) =>
    request<Custody>('POST', `${caseUrl(id)}/hold`, { reason } satisfies HoldRequest),
  endHold: (id: string, reason: string) =>
    request<Custody>('POST', `${caseUrl(id)}/hold/end`, { reason } satisfies HoldRequest),
  retention: (signal?: AbortSignal) => request<RetentionForecast>('GET', '/api/retention', undefined, signal),
  separate: (id: string) => request<CaseSummary>('DELETE', `${caseUrl(id)}/merge`),
  verify: (id: string) => request<VerifyResult>('POST', `${caseUrl(id)}/verify`),
  detections: (url: string, signal?: AbortSignal) => request<readonly LiveFrame[]>('GET', url, undefined, signal),

  searchPassages: (wanted: PassageSearch, signal?: AbortSignal) =>
    request<PassageList>('POST', '/api/passages/search', wanted, signal),
  tracePlate: (wanted: TraceRequest, signal?: AbortSignal) =>
    request<Trace>('POST', '/api/passages/trace', wanted, signal),
  watchEntries: (signal?: AbortSignal) => request<WatchEntryList>('GET', '/api/watch-list', undefined, signal),
  addWatchEntry: (entry: NewWatchEntry) => request<WatchEntry>('POST', '/api/watch-list', entry),
  endWatchEntry: (id: string) => request<undefined>('POST', `/api/watch-list/${encodeURIComponent(id)}/end`),
  watchHits: (signal?: AbortSignal) => request<WatchHitList>('GET', '/api/watch-list/hits', undefined, signal),
  seeWatchHit: (id: string) => request<undefined>('POST', `/api/watch-list/hits/${encodeURIComponent(id)}/seen`),

  audit: (filters: Filters, signal?: AbortSignal) =>
    request<AuditList>('GET', `/api/audit${toQuery(filters)}`, undefined, signal),
  verifyAudit: () => request<AuditVerdict>('GET', '/api/audit/verify'),
  /** 503 is an answer here, not a failure: it says which part is down. */
  health: async (signal?: AbortSignal): Promise<Readiness> => {
    const response = await fetch('/readyz', { signal: signal ?? null }).catch(() => null);
    const answer = response ? parseJson(await response.text()) : undefined;
    if (typeof answer === 'object' && answer !== null && 'parts' in answer) return answer as Readiness;
    throw new ApiError(response?.status ?? 0, '', '');
  },
};
