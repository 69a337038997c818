import { type Role, ROLES } from './contract/session.ts';
import type { TokenScope } from './contract/tokens.ts';

/**
 * Who may call what: the one place where it is said. A route that is not here does not start (plugins/auth.ts).
 *
 * `public`    everybody, without a session
 * `internal`  this machine itself (loopback, not through a proxy), else a session of one of the named roles
 * roles       a session of one of them; camera groups and the kinds of accounts/account.ts narrow further what is shown
 */
export type Access = 'public' | { readonly roles: readonly Role[]; readonly internal?: true };

const everyone: Access = { roles: ROLES };
/** Evidence shows people: whoever only watches the wall has no need of it. */
const seesCases: Access = { roles: ['operator', 'ranger', 'officer', 'supervisor', 'auditor', 'admin'] };
const decides: Access = { roles: ['operator', 'ranger', 'officer', 'supervisor', 'admin'] };
/** The procedure of fining is the police's. */
const proceeds: Access = { roles: ['officer', 'supervisor', 'admin'] };
const audits: Access = { roles: ['supervisor', 'auditor', 'admin'] };
/** Where people drive is nobody's business without a reason: the police's, stated and audited. */
const searches: Access = { roles: ['officer', 'supervisor', 'admin'] };
const lists: Access = { roles: ['supervisor', 'admin'] };
/** A camera that is turned away sees nothing of its place: those who watch it, and answer for it. */
const turns: Access = { roles: ['operator', 'ranger', 'supervisor', 'admin'] };
/** Pictures become evidence: whoever gives them answers for the camera. */
const feeds: Access = { roles: ['operator', 'ranger', 'admin'] };
const administers: Access = { roles: ['admin'] };
const internal: Access = { roles: ['operator', 'supervisor', 'admin'], internal: true };

export const ACCESS: Readonly<Record<string, Access>> = {
  'POST /api/session': 'public',
  'GET /api/session/ways': 'public',
  'GET /api/session/oidc': 'public',
  'GET /api/session/oidc/callback': 'public',
  'GET /api/session': everyone,
  'DELETE /api/session': everyone,
  'POST /api/session/password': everyone,
  'PUT /api/session/keys': everyone,
  'POST /api/session/second-factor': everyone,
  'POST /api/session/second-factor/confirm': everyone,
  'POST /api/session/second-factor/off': everyone,

  'GET /api/users': administers,
  'POST /api/users': administers,
  'PATCH /api/users/:username': administers,

  'GET /api/tokens': everyone,
  'POST /api/tokens': everyone,
  'DELETE /api/tokens/:id': everyone,

  'GET /api/cameras': everyone,
  'GET /api/cameras/:id': everyone,
  'GET /api/cameras/:id/snapshot.jpg': everyone,
  'GET /api/cameras/:id/recording': everyone,
  'GET /api/cameras/:id/tracks': everyone,
  'GET /api/cameras/:id/plates': searches,
  'GET /api/cameras/:id/ptz': turns,
  'POST /api/cameras/:id/ptz': turns,
  'POST /api/cameras/:id/stills': feeds,
  'POST /api/cameras/:id/signals/:signal': feeds,
  'GET /api/live': everyone,
  'GET /api/map/:zoom/:x/:y': everyone,
  'GET /hls/:cameraId/live.m3u8': everyone,
  'GET /hls/:cameraId/dvr.m3u8': everyone,
  'GET /hls/:cameraId/:session/*': everyone,

  'GET /api/cases': seesCases,
  'GET /api/cases.csv': seesCases,
  'GET /api/incidents': seesCases,
  'POST /api/incidents/:id/acknowledge': decides,
  'POST /api/incidents/:id/actions': decides,
  'PUT /api/fire/wind': feeds,
  'PUT /api/fire/danger': feeds,
  'GET /api/cases/:id/course': seesCases,
  'GET /api/alerts/channels': seesCases,
  'GET /api/cases/:id': seesCases,
  'GET /api/cases/:id/files/*': seesCases,
  'POST /api/cases/:id/verify': seesCases,
  'GET /api/cases/:id/export.zip': seesCases,
  'GET /api/cases/:id/redacted.zip': seesCases,
  'GET /api/cases/:id/record.pdf': seesCases,
  'POST /api/cases/:id/links': seesCases,
  // Whoever has the address: 256 bits that live for minutes.
  'GET /api/links/:token': 'public',
  'GET /api/keys': 'public',
  'POST /api/cases/:id/notes': decides,
  'POST /api/cases/:id/status': proceeds,
  'POST /api/cases/:id/plate': proceeds,
  'GET /api/cases/:id/assignees': decides,
  'POST /api/cases/:id/assignee': decides,
  'GET /api/cases/:id/same-act': seesCases,
  'POST /api/cases/:id/merge': proceeds,
  'DELETE /api/cases/:id/merge': proceeds,
  'POST /api/cases/:id/hold': decides,
  'POST /api/cases/:id/hold/end': lists,
  'GET /api/retention': audits,
  'POST /api/cases/bulk': decides,
  'GET /api/reviews/agreement': audits,
  'POST /api/missed': decides,
  'GET /api/missed': seesCases,
  'POST /api/cases/:id/claim': decides,
  'DELETE /api/cases/:id/claim': decides,
  'POST /api/cases/:id/verdict': decides,
  'DELETE /api/cases/:id/verdict': decides,
  'POST /api/cases/:id/reopen': lists,

  'POST /api/passages/search': searches,
  'POST /api/passages/feed': searches,
  'POST /api/passages/trace': searches,
  'GET /api/passages/:id': searches,
  'GET /api/passages/:id/:picture': searches,
  'GET /api/watch-list': searches,
  'POST /api/watch-list': lists,
  'POST /api/watch-list/:id/end': lists,
  'GET /api/watch-list/hits': searches,
  'POST /api/watch-list/hits/:id/seen': searches,

  'GET /api/law': everyone,

  'GET /api/audit': audits,
  'GET /api/audit/verify': audits,
  'GET /api/quality': audits,
  'GET /api/quality/thresholds': audits,
  'GET /api/quality/drift': audits,
  'GET /api/statistics/counts': everyone,
  'GET /api/statistics/speeds': everyone,
  'GET /api/statistics/crowds': everyone,
  'GET /api/statistics/cases': seesCases,
  'GET /api/statistics/coverage': everyone,

  'GET /api/setup': administers,
  'POST /api/setup/check': administers,
  'PUT /api/setup/cameras': administers,
  'GET /api/setup/versions': administers,
  'GET /api/setup/versions/:version': administers,
  'POST /api/setup/versions/:version/restore': administers,
  'POST /api/setup/probe': administers,
  'POST /api/setup/dry-run': administers,
  'POST /api/setup/apply': administers,

  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /metrics': internal,
  'GET /api/openapi.json': 'public',
  'GET /docs*': 'public',
  'GET /verify.html': 'public',
  'GET /*': 'public',
};

/**
 * What a token may call, beside what the role of its account allows. Routes that stand in no scope are for people alone:
 * accounts, tokens and set-up.
 */
export const ROUTES_OF_SCOPE: Readonly<Record<TokenScope, readonly string[]>> = {
  'cameras:read': [
    'GET /api/cameras',
    'GET /api/cameras/:id',
    'GET /api/cameras/:id/recording',
    'GET /api/cameras/:id/tracks',
    'GET /api/cameras/:id/snapshot.jpg',
    'GET /api/live',
    'GET /hls/:cameraId/live.m3u8',
    'GET /hls/:cameraId/dvr.m3u8',
    'GET /hls/:cameraId/:session/*',
  ],
  'cases:read': [
    'GET /api/cases',
    'GET /api/cases.csv',
    'GET /api/incidents',
    'GET /api/alerts/channels',
    'GET /api/cases/:id',
    'GET /api/cases/:id/files/*',
    'POST /api/cases/:id/verify',
    'GET /api/cases/:id/same-act',
    'GET /api/cases/:id/course',
    'GET /api/missed',
    'GET /api/law',
  ],
  'cases:decide': [
    'POST /api/cases/:id/claim',
    'DELETE /api/cases/:id/claim',
    'POST /api/cases/:id/verdict',
    'DELETE /api/cases/:id/verdict',
    'POST /api/cases/:id/reopen',
    'POST /api/cases/:id/notes',
    'POST /api/cases/:id/status',
    'POST /api/cases/:id/plate',
    'GET /api/cases/:id/assignees',
    'POST /api/cases/:id/assignee',
    'POST /api/cases/:id/merge',
    'DELETE /api/cases/:id/merge',
    'POST /api/cases/:id/hold',
    'POST /api/cases/:id/hold/end',
    'POST /api/cases/bulk',
    'POST /api/incidents/:id/acknowledge',
    'POST /api/incidents/:id/actions',
    'POST /api/missed',
  ],
  'cases:export': [
    'GET /api/cases/:id/export.zip',
    'GET /api/cases/:id/redacted.zip',
    'GET /api/cases/:id/record.pdf',
    'POST /api/cases/:id/links',
  ],
  // A program says what for, as people do: in the question, else in the header `x-watchpost-purpose`.
  'passages:read': [
    'POST /api/passages/search',
    'POST /api/passages/feed',
    'POST /api/passages/trace',
    'GET /api/passages/:id',
    'GET /api/passages/:id/:picture',
    'GET /api/watch-list',
    'GET /api/watch-list/hits',
  ],
  'statistics:read': [
    'GET /api/statistics/counts',
    'GET /api/statistics/speeds',
    'GET /api/statistics/crowds',
    'GET /api/statistics/cases',
    'GET /api/statistics/coverage',
  ],
  'audit:read': [
    'GET /api/audit',
    'GET /api/audit/verify',
    'GET /api/quality',
    'GET /api/quality/thresholds',
    'GET /api/quality/drift',
    'GET /api/reviews/agreement',
    'GET /api/retention',
  ],
  'metrics:read': ['GET /metrics'],
  'stills:write': ['POST /api/cameras/:id/stills'],
  'wind:write': ['PUT /api/fire/wind'],
  'danger:write': ['PUT /api/fire/danger'],
  'signals:write': ['POST /api/cameras/:id/signals/:signal'],
};

/** Routes that a person reaches before choosing an own password. */
export const BEFORE_PASSWORD_CHANGE: ReadonlySet<string> = new Set([
  'GET /api/session',
  'DELETE /api/session',
  'POST /api/session/password',
]);

/** Routes that a person reaches before setting up the second factor that the role needs. */
export const BEFORE_SECOND_FACTOR: ReadonlySet<string> = new Set([
  ...BEFORE_PASSWORD_CHANGE,
  'POST /api/session/second-factor',
  'POST /api/session/second-factor/confirm',
]);

/** Key under which a route stands in the table, or null. HEAD counts as GET; a trailing `*` covers what begins so. */
export const accessKey = (method: string, url: string): string | null => {
  const key = `${method === 'HEAD' ? 'GET' : method} ${url}`;
  if (key in ACCESS) return key;
  return Object.keys(ACCESS).find((entry) => /[^/]\*$/.test(entry) && key.startsWith(entry.slice(0, -1))) ?? null;
};
