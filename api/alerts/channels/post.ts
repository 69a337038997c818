import { problemOfStatus, toChannelProblem } from '../channel-problem.ts';

const TIMEOUT_MS = 10_000;

export type HttpRequest = {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** @returns the receiver's status, below 300 @throws ChannelProblem */
export const sendHttp = async ({ url, method, headers, body }: HttpRequest): Promise<number> => {
  // Tokens and numbers stand in addresses: only the host is ever told.
  const { host } = new URL(url);
  let status: number;
  try {
    const response = await fetch(url, {
      ...{ method, headers },
      ...(method === 'POST' ? { body } : {}),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      // A signed alert must not follow a receiver to some other place.
      redirect: 'manual',
    });
    await response.body?.cancel();
    ({ status } = response);
  } catch (error) {
    throw toChannelProblem(error, host);
  }
  const problem = problemOfStatus(status, host);
  if (problem) throw problem;
  return status;
};
