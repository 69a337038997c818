import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * What the network does to a camera's connections:
 * `pass` nothing; `drop` ends them and refuses new ones; `freeze` holds everything back, connections stay open;
 * `half-open` lets requests through but no answer; `garbage` sends noise instead of answers; `slow` a few kB/s.
 */
export const MISCHIEFS = ['drop', 'freeze', 'half-open', 'garbage', 'slow'] as const;
export type Mischief = 'pass' | (typeof MISCHIEFS)[number];

export type ChaosProxy = {
  readonly port: number;
  readonly set: (mischief: Mischief) => void;
  /** Connections made so far. */
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
};

const SLOW_BYTES = 400;
const SLOW_EVERY_MS = 100;

/** A TCP proxy in front of a camera on loopback. Carries RTSP over TCP and HTTP. */
export const startChaosProxy = async (targetPort: number): Promise<ChaosProxy> => {
  let mischief: Mischief = 'pass';
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    connections++;
    if (mischief === 'drop') {
      client.destroy();
      return;
    }
    const camera = connect(targetPort, '127.0.0.1');
    for (const socket of [client, camera]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        open.delete(socket);
        client.destroy();
        camera.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (mischief !== 'freeze') camera.write(chunk);
    });
    camera.on('data', (chunk) => {
      if (mischief === 'pass') client.write(chunk);
      else if (mischief === 'garbage')
        client.write(Buffer.from(chunk.map((byte, index) => (byte * 31 + index * 7) & 0xff)));
      else if (mischief === 'slow') {
        client.write(chunk.subarray(0, SLOW_BYTES));
        camera.pause();
        setTimeout(() => camera.resume(), SLOW_EVERY_MS);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    set: (wanted) => {
      mischief = wanted;
      if (wanted === 'drop') for (const socket of open) socket.destroy();
    },
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
