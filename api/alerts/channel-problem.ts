import { redactUrl } from '../../pipeline/errors.ts';
import type { ChannelProblemCode } from '../contract/alerts.ts';

/** The message names the receiver and its answer, and never a token, password or number. */
export class ChannelProblem extends Error {
  readonly code: ChannelProblemCode;
  constructor(code: ChannelProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

const BY_CODE: readonly (readonly [RegExp, ChannelProblemCode])[] = [
  [/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|certificate/i, 'certificate'],
  [/TIMEOUT|TIMEDOUT|TimeoutError|timed? ?out|ABORT/i, 'timeout'],
  [/EAUTH|not authorized|bad user ?name/i, 'login'],
];

/** What a network library threw, in our words. @param host who was asked */
export const toChannelProblem = (error: unknown, host: string): ChannelProblem => {
  if (error instanceof ChannelProblem) return error;
  // fetch hides the reason in its cause.
  const chain = [error, (error as { cause?: unknown } | null)?.cause].filter((one) => one instanceof Error);
  const told = chain.map((one) => `${(one as NodeJS.ErrnoException).code ?? one.name} ${one.message}`).join(' ');
  const code = BY_CODE.find(([pattern]) => pattern.test(told))?.[1] ?? 'unreachable';
  const reason = chain.at(-1)?.message ?? String(error);
  return new ChannelProblem(code, `${host}: ${redactUrl(reason)}`);
};

/** Statuses of HTTP that speak of the message, not of the receiver [RFC 9110 §15.5]. */
const ABOUT_THE_MESSAGE: readonly number[] = [400, 413, 415, 422];

/** @returns null when the receiver took it */
export const problemOfStatus = (status: number, host: string): ChannelProblem | null => {
  if (status < 300) return null;
  const told = `${host} answered ${String(status)}`;
  if (status === 401 || status === 403) return new ChannelProblem('login', told);
  return new ChannelProblem(ABOUT_THE_MESSAGE.includes(status) ? 'refused_message' : 'answered_error', told);
};
