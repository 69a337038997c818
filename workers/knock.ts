import { connect } from 'node:net';

/** Where a source lives, as far as it can be asked whether anybody is there. */
export type Door = {
  readonly scheme: string;
  /** Name or address; IPv6 in brackets, as it stands in URLs. */
  readonly host: string;
  readonly port: number;
};

/** A camera that is well answers in milliseconds; a second more is for the line. */
export const KNOCK_PATIENCE_MS = 1_500;
/** What sends so much without a word of RTSP is no RTSP server. */
const MOST_HEARD_BYTES = 4_096;
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  ...{ rtsp: 554, rtsps: 322, http: 80, https: 443, rtmp: 1935, rtmps: 443 },
};

/** The door of a source; null where nobody can knock: files, stills, and streams that do not come over TCP. */
export const doorOf = (url: string): Door | null => {
  // Not `new URL`: ffmpeg takes passwords with characters in them that it refuses.
  const parts = /^([a-z]+):\/\/(?:[^/?#]*@)?(\[[^\]]+\]|[^/?#:]+)(?::(\d{1,5}))?(?:[/?#]|$)/i.exec(url);
  const scheme = parts?.[1]?.toLowerCase() ?? '';
  const port = Number(parts?.[3] ?? DEFAULT_PORTS[scheme]);
  return parts?.[2] !== undefined && scheme in DEFAULT_PORTS && port > 0 && port < 65_536
    ? { scheme, host: parts[2], port }
    : null;
};

/**
 * Whether somebody answers at the door: an RTSP server any line of RTSP, a refusal too (RFC 2326 §10.1, OPTIONS), others
 * by taking the connection. Says neither login nor path, in which cameras keep passwords too. False when the signal fires.
 */
export const knock = (
  { scheme, host, port }: Door,
  signal: AbortSignal,
  patienceMs: number = KNOCK_PATIENCE_MS,
): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port });
    const end = (answers: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
      resolve(answers);
    };
    const giveUp = (): void => end(false);
    const timer = setTimeout(giveUp, patienceMs);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    socket.on('error', giveUp);
    socket.on('close', giveUp);
    socket.once('connect', () => {
      if (scheme === 'rtsp') socket.write(`OPTIONS rtsp://${host}:${port}/ RTSP/1.0\r\nCSeq: 1\r\n\r\n`);
      else end(true);
    });
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (/(^|\n)RTSP\/\d\.\d /.test(heard)) end(true);
      else if (heard.length > MOST_HEARD_BYTES) end(false);
    });
  });
