import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { RtpClock } from './rtp-clock.ts';

/**
 * What happens to a camera on its line:
 * `pass` nothing; `drop` ends its connections and refuses new ones; `freeze` holds everything back, connections stay open;
 * `half-open` lets requests through but no answer; `garbage` sends noise instead of answers; `slow` lets 400 bytes a second through and loses none;
 * `clock-jump` the camera's clock is set an hour ahead, once, on the connections that are open.
 */
export const LINE_MISCHIEFS = ['drop', 'freeze', 'half-open', 'garbage', 'slow', 'clock-jump'] as const;
/**
 * The camera starts again as another one would look: `repeat` sends one picture over and over, `size` a picture of another
 * size, `codec` in another codec. Another server stands in for it, the connections are ended at both changes.
 */
export const CAMERA_MISCHIEFS = ['repeat', 'size', 'codec'] as const;
export const MISCHIEFS = [...LINE_MISCHIEFS, ...CAMERA_MISCHIEFS] as const;
export type Mischief = 'pass' | (typeof MISCHIEFS)[number];
/** Ports of the servers that stand in. */
export type StandIns = { readonly [mischief in (typeof CAMERA_MISCHIEFS)[number]]?: number };

export type ChaosProxy = {
  readonly port: number;
  readonly set: (mischief: Mischief) => void;
  /** Connections made so far. */
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
};

const SLOW_BYTES = 40;
const SLOW_EVERY_MS = 100;
const JUMP_MS = 3_600_000;

/** A TCP proxy in front of a camera on loopback. Carries RTSP over TCP and HTTP. @param standIns by mischief */
export const startChaosProxy = async (targetPort: number, standIns: StandIns = {}): Promise<ChaosProxy> => {
  let mischief: Mischief = 'pass';
  const portFor = (wanted: Mischief): number => (standIns as Partial<Record<Mischief, number>>)[wanted] ?? targetPort;
  let connections = 0;
  const open = new Set<Socket>();
  const clocks = new Set<RtpClock>();
  const server = createServer((client) => {
    connections++;
    if (mischief === 'drop') {
      client.destroy();
      return;
    }
    const camera = connect(portFor(mischief), '127.0.0.1');
    const clock = new RtpClock();
    clocks.add(clock);
    for (const socket of [client, camera]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        open.delete(socket);
        clocks.delete(clock);
        client.destroy();
        camera.destroy();
      });
    }
    /** What a slow line has not let through yet: TCP loses nothing, and goes on where it was when it is well again. */
    let held: Buffer = Buffer.alloc(0);
    const trickle = (): void => {
      const bytes = mischief === 'slow' ? SLOW_BYTES : held.length;
      client.write(held.subarray(0, bytes));
      held = held.subarray(bytes);
      if (held.length > 0) setTimeout(trickle, SLOW_EVERY_MS);
      else camera.resume();
    };
    client.on('data', (chunk) => {
      if (mischief !== 'freeze') camera.write(chunk);
    });
    camera.on('data', (bytes) => {
      // Through the clock in any case: what it holds back of a message must not be torn.
      const chunk = clock.push(bytes);
      if (mischief === 'garbage') client.write(Buffer.from(chunk.map((byte, index) => (byte * 31 + index * 7) & 0xff)));
      else if (mischief === 'slow') {
        camera.pause();
        held = chunk;
        trickle();
      } else if (mischief !== 'drop' && mischief !== 'freeze' && mischief !== 'half-open') client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    set: (wanted) => {
      const isOther = portFor(wanted) !== portFor(mischief);
      mischief = wanted;
      if (wanted === 'drop' || isOther) for (const socket of open) socket.destroy();
      if (wanted === 'clock-jump') for (const clock of clocks) clock.jump(JUMP_MS);
    },
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
