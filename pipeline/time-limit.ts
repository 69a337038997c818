/**
 * Does work whose signal fires when another does or the time is up (reason: `TimeoutError`). Not by `AbortSignal.any`: of a
 * signal that lives as long as its process that keeps a note for every one made of it (Node 20), and a camera is asked twice a
 * second for months.
 */
export const withTimeLimit = async <T>(
  ms: number,
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> => {
  const limited = new AbortController();
  const end = (): void => limited.abort(signal.reason);
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  const timer = setTimeout(() => limited.abort(new DOMException(`no end after ${ms} ms`, 'TimeoutError')), ms);
  try {
    return await work(limited.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
};
