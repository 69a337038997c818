import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('./rtsp-server.py', import.meta.url));
/** The system's own: GStreamer's bindings come as Debian packages, which another Python would not see. */
const PYTHON = '/usr/bin/python3';

const isInstalled = (): boolean => {
  try {
    execFileSync(PYTHON, ['-c', 'import gi; gi.require_version("GstRtspServer", "1.0")'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
export const hasRtspServer = isInstalled();
/** For the names of tests. */
export const needsRtspServer = hasRtspServer ? '' : ' [skipped: no GStreamer RTSP server for /usr/bin/python3]';

export type RtspCamera = {
  readonly url: string;
  readonly port: number;
  /** `freeze`, `skip MS`, `repeat`, `play` or `other`, see rtsp-server.py. */
  readonly tell: (command: string) => void;
  readonly stop: () => Promise<void>;
};

/** Plays an H.264 or H.265 MP4 file in a loop as an RTSP camera on loopback. */
export const startRtspCamera = async (options: {
  readonly file: string;
  /** 0: any. */
  readonly port?: number;
  readonly codec?: 'h264' | 'h265';
  /** What the command `other` goes on with. */
  readonly other?: string;
  readonly user?: string;
  readonly password?: string;
  /** First picture; one that is no key frame makes the recorder join between key frames. */
  readonly start?: number;
}): Promise<RtspCamera> => {
  const { file, port = 0, codec = 'h264', other, user, password, start = 0 } = options;
  const child: ChildProcess = spawn(
    PYTHON,
    [
      ...[SERVER, file, '--port', String(port), '--codec', codec, '--start', String(start)],
      ...(other === undefined ? [] : ['--other', other]),
      ...(user === undefined ? [] : ['--user', user, '--password', password ?? '']),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`rtsp-server.py ended with ${String(code)}`);
    }),
  ])) as [string];
  const bound = (JSON.parse(line) as { port: number }).port;
  const login = user === undefined ? '' : `${user}:${password ?? ''}@`;
  return {
    url: `rtsp://${login}127.0.0.1:${bound}/live`,
    port: bound,
    tell: (command) => child.stdin!.write(`${command}\n`),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};
