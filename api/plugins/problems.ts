import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { ERROR_CODES, type ErrorCode, redactUrl, WatchpostError } from '../../pipeline/errors.ts';
import type { Problem } from '../contract/session.ts';

const STATUS: Partial<Record<ErrorCode, number>> = {
  AUTH_REQUIRED: 401,
  AUTH_FAILED: 401,
  AUTH_CODE_REQUIRED: 401,
  AUTH_CODE_WRONG: 401,
  AUTH_PROVIDER_UNAVAILABLE: 503,
  AUTH_PROVIDER_REFUSED: 401,
  AUTH_NO_ROLE: 403,
  AUTH_NAME_TAKEN: 403,
  AUTH_LOCKED: 429,
  TOO_MANY_REQUESTS: 429,
  FORBIDDEN: 403,
  PASSWORD_CHANGE_REQUIRED: 403,
  SECOND_FACTOR_REQUIRED: 403,
  PASSWORD_WEAK: 422,
  REQUEST_INVALID: 400,
  REQUEST_TOO_LARGE: 413,
  NOT_FOUND: 404,
  CASE_NOT_FOUND: 404,
  STORE_NOT_FOUND: 404,
  EVIDENCE_GONE: 410,
  EVIDENCE_ERASED: 410,
  STORE_LOCKED: 409,
  CASE_CONFLICT: 409,
  CONFIG_CONFLICT: 409,
  CONFIG_SYNTAX: 409,
  INPUT_UNREADABLE: 503,
  EVIDENCE_UNVERIFIED: 409,
  CASE_UNREADABLE: 502,
  STORE_UNAVAILABLE: 503,
  DISK_FULL: 507,
  MAP_UNAVAILABLE: 503,
  SIGNING_UNAVAILABLE: 503,
  QUEUE_UNAVAILABLE: 503,
  DATABASE_UNAVAILABLE: 503,
  EVIDENCE_NOT_READY: 503,
  PTZ_UNAVAILABLE: 502,
};

/** What SQLite, PostgreSQL and the file system say of it. */
const DISK_FULL: ReadonlySet<string> = new Set(['SQLITE_FULL', '53100', 'ENOSPC', 'EDQUOT']);

/** Fastify's own refusals that are the caller's doing: 400 malformed, 413 too large, 415 media type, 429 too many. */
const codeOfStatus = (status: number): ErrorCode => {
  if (status === 401) return 'AUTH_REQUIRED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  if (status === 413) return 'REQUEST_TOO_LARGE';
  if (status === 429) return 'TOO_MANY_REQUESTS';
  return 'REQUEST_INVALID';
};

/** RFC 9457. Messages of unexpected faults stay in the log: they may hold paths, addresses or SQL. */
export const toProblem = (error: unknown): Problem => {
  if (error instanceof WatchpostError) {
    const status = STATUS[error.code] ?? 500;
    return problem(error.code, status, redactUrl(error.message));
  }
  // Nothing was changed, and there is something that a person can do.
  if (DISK_FULL.has((error as { code?: string }).code ?? ''))
    return problem(
      'DISK_FULL',
      507,
      'The disk of the server is full; nothing was changed. Free space on it, or add a disk, and try again',
    );
  const { statusCode, message } = error as Partial<FastifyError>;
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return problem(codeOfStatus(statusCode), statusCode, redactUrl(message ?? ''));
  return problem(
    'INTERNAL',
    500,
    'Something went wrong on the server; its log says what. Try again, or tell the administrator',
  );
};

const problem = (code: ErrorCode, status: number, detail: string): Problem => ({
  type: `urn:watchpost:error:${code}`,
  title: ERROR_CODES[code].meaning,
  status,
  detail,
  code,
});

export const sendProblem = (reply: FastifyReply, error: unknown): FastifyReply => {
  const body = toProblem(error);
  return reply
    .code(body.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(body));
};

/** Every error of the API becomes a problem document. */
export const registerProblems = (app: FastifyInstance): void => {
  app.setErrorHandler((error, request, reply) => {
    const { status } = toProblem(error);
    if (status >= 500) request.log.error({ err: error, route: request.routeOptions.url ?? null }, 'request failed');
    return sendProblem(reply, error);
  });
};
