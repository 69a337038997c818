import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { DropReason, Frame, FrameHeader } from '../pipeline/frame.ts';
import type { SessionClock } from '../pipeline/time.ts';
import { systemClock } from '../pipeline/clock.ts';
import type { FrameFate } from './camera-analyzer.ts';

/**
 * The way of frames from record to analyze: one Unix socket, one connection per camera.
 *
 * Analyze sends lines of JSON: `{"watch": cameraId}` once, then `{"fate": …}` for each frame it took, which is also the
 * credit for the next. Record sends messages: two big-endian 32-bit lengths, a JSON header, the pixels.
 */
type Message =
  | { readonly type: 'frame'; readonly header: FrameHeader; readonly clock: SessionClock; readonly live: boolean }
  | { readonly type: 'end' };

/** A frame as analyze gets it; its pixels hold until the next is asked for. `settle` says what became of it and must be called once, before or after `release`. */
export type ChannelFrame = Frame & {
  readonly clock: SessionClock;
  /** Whether the source goes on in real time: its frames lose their worth with age. */
  readonly live: boolean;
  readonly settle: (fate: FrameFate) => void;
};

const encode = (message: Message, payload?: Uint8Array): Buffer[] => {
  const header = Buffer.from(JSON.stringify(message));
  const lengths = Buffer.allocUnsafe(8);
  lengths.writeUInt32BE(header.length, 0);
  lengths.writeUInt32BE(payload?.length ?? 0, 4);
  return payload
    ? [lengths, header, Buffer.from(payload.buffer, payload.byteOffset, payload.length)]
    : [lengths, header];
};

export type OutgoingFrame = {
  readonly header: FrameHeader;
  readonly clock: SessionClock;
  readonly pixels: Uint8Array;
  /** Called once the pixels were sent or given up. */
  readonly release?: () => void;
};

type Counts = { received: number; analysed: number; readonly dropped: Record<string, number> };

/** Analyze loads its models first; until then it may not have heard that a source has ended. */
const END_PATIENCE_MS = 30_000;

/**
 * Record's end of one camera's way. Holds at most one waiting frame.
 * Live: the newest frame wins, the older one is counted as dropped. Lossless: `offer` resolves once the frame was taken.
 */
export class FrameOutlet {
  readonly counts: Counts = { received: 0, analysed: 0, dropped: {} };
  readonly #live: boolean;
  #waiting: { frame: OutgoingFrame; taken: () => void } | null = null;
  #socket: Socket | null = null;
  /** Frames that analyze may still be sent: 1 when it waits, 0 while it works on one. */
  #credit = 0;
  /** Set once the source has ended; called when analyze was told so. */
  #told: (() => void) | null = null;
  #abandoned: DropReason | null = null;

  constructor(options: { readonly live: boolean }) {
    this.#live = options.live;
  }

  /** Whether an analyzer is connected. */
  get isWatched(): boolean {
    return this.#socket !== null;
  }

  /** Live: returns at once. Lossless: resolves when analyze took the frame. */
  offer(frame: OutgoingFrame): Promise<void> {
    this.counts.received++;
    return new Promise((resolve) => {
      if (this.#waiting) this.#drop(this.#socket ? 'superseded' : 'no-analyzer');
      this.#waiting = { frame, taken: resolve };
      if (this.#live) resolve();
      if (this.#abandoned === null) this.#send();
      else this.#drop(this.#abandoned);
    });
  }

  /**
   * No frame comes any more. Resolves when analyze has dealt with the last one and knows of the end; it may still be
   * starting. Live frames do not wait for an analyzer that never comes.
   */
  async end(): Promise<void> {
    if (this.#abandoned !== null) return;
    const giveUp = (): void => {
      if (!this.#socket) this.abandon('no-analyzer');
    };
    const patience = this.#live ? setTimeout(giveUp, END_PATIENCE_MS) : undefined;
    await new Promise<void>((resolve) => {
      this.#told = resolve;
      this.#send();
    });
    clearTimeout(patience);
  }

  /** Gives up what waits and whatever still comes, e.g. at shutdown. */
  abandon(reason: DropReason): void {
    this.#abandoned = reason;
    if (this.#waiting) this.#drop(reason);
    this.#told?.();
  }

  /** A new analyzer takes the place of an older connection. */
  connect(socket: Socket): void {
    this.#disconnect(this.#socket);
    this.#socket = socket;
    this.#credit = 1;
    socket.once('close', () => this.#disconnect(socket));
    this.#send();
  }

  /** What became of the frame that the analyzer on this connection was sent. */
  settled(socket: Socket, fate: FrameFate): void {
    if (socket !== this.#socket || this.#credit > 0) return;
    if (fate === 'analysed') this.counts.analysed++;
    else this.counts.dropped[fate] = (this.counts.dropped[fate] ?? 0) + 1;
    this.#credit = 1;
    this.#send();
  }

  #disconnect(socket: Socket | null): void {
    if (socket === null || this.#socket !== socket) return;
    this.#socket = null;
    // The frame under work died with its analyzer.
    if (this.#credit === 0) this.counts.dropped['no-analyzer'] = (this.counts.dropped['no-analyzer'] ?? 0) + 1;
    this.#credit = 0;
    socket.destroy();
  }

  #drop(reason: DropReason): void {
    this.counts.dropped[reason] = (this.counts.dropped[reason] ?? 0) + 1;
    this.#waiting?.frame.release?.();
    this.#waiting?.taken();
    this.#waiting = null;
  }

  #send(): void {
    const socket = this.#socket;
    if (!socket || this.#credit === 0) return;
    if (this.#waiting) {
      const { frame, taken } = this.#waiting;
      this.#waiting = null;
      this.#credit = 0;
      socket.cork();
      const message: Message = { type: 'frame', header: frame.header, clock: frame.clock, live: this.#live };
      const parts = encode(message, frame.pixels);
      parts.forEach((part, index) => {
        // Also called when the connection breaks first.
        if (index === parts.length - 1) socket.write(part, () => frame.release?.());
        else socket.write(part);
      });
      socket.uncork();
      taken();
    } else if (this.#told) {
      for (const part of encode({ type: 'end' })) socket.write(part);
      this.#told();
    }
  }
}

const LONGEST_LINE = 1_000;

/** What analyze said; null when it is not its language. */
const parseLine = (line: string): { readonly watch?: string; readonly fate?: FrameFate } | null => {
  try {
    return JSON.parse(line) as { watch?: string; fate?: FrameFate } | null;
  } catch {
    return null;
  }
};

/** Listens for analyzers. @param outlets by camera id */
export const serveFrames = async (
  path: string,
  outlets: ReadonlyMap<string, FrameOutlet>,
): Promise<{ readonly close: () => Promise<void> }> => {
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let outlet: FrameOutlet | undefined;
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const said = parseLine(line);
        if (said?.watch !== undefined) {
          outlet = outlets.get(said.watch);
          if (outlet) outlet.connect(socket);
          else socket.destroy();
        } else if (said?.fate !== undefined && outlet) outlet.settled(socket, said.fate);
        else socket.destroy();
      }
      if (text.length > LONGEST_LINE) socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    close: async () => {
      // A frame under work is put down as lost when its connection has closed, which the server does not wait for.
      const closed = [...sockets].map((socket) => once(socket, 'close'));
      for (const socket of sockets) socket.destroy();
      await Promise.all([...closed, new Promise((resolve) => server.close(resolve))]);
    },
  };
};

const RECONNECT_MS = 300;

/**
 * Frames of one camera, newest first to come. Connects again by itself when record restarts; ends when a file that is
 * played once has ended, or when the signal fires. One frame at a time: the next comes after `settle`.
 */
export const connectFrames = async function* (options: {
  readonly path: string;
  readonly cameraId: string;
  readonly signal: AbortSignal;
}): AsyncGenerator<ChannelFrame, void, undefined> {
  const { path, cameraId, signal } = options;
  while (!signal.aborted) {
    const socket = createConnection(path);
    const stop = (): void => void socket.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      socket.write(`${JSON.stringify({ watch: cameraId })}\n`);
      for await (const { message, payload } of messages(socket)) {
        if (message.type === 'end') return;
        const { header, clock, live } = message;
        let settled = false;
        const settle = (fate: FrameFate): void => {
          if (settled) return;
          settled = true;
          if (!socket.destroyed) socket.write(`${JSON.stringify({ fate })}\n`);
        };
        yield { ...header, clock, live, pixels: payload, settle, release: () => undefined };
      }
    } catch {
      // Record is not there (yet, or no more): tried again below.
    } finally {
      signal.removeEventListener('abort', stop);
      socket.destroy();
    }
    await systemClock.sleep(RECONNECT_MS, signal);
  }
};

const LENGTHS = 8;

const messages = async function* (
  socket: Socket,
): AsyncGenerator<{ message: Message; payload: Uint8Array<ArrayBuffer> }, void, undefined> {
  const lengths = Buffer.alloc(LENGTHS);
  let filled = 0;
  let target: Uint8Array<ArrayBuffer> = lengths;
  let stage: 'lengths' | 'header' | 'payload' = 'lengths';
  let message: Message = { type: 'end' };
  let payloadLength = 0;
  /** Used again for every frame: the last one has been dealt with when the next is read. */
  let pixels = new Uint8Array(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    for (let from = 0; from < chunk.length;) {
      const count = Math.min(chunk.length - from, target.length - filled);
      target.set(chunk.subarray(from, from + count), filled);
      from += count;
      filled += count;
      if (filled < target.length) continue;
      filled = 0;
      if (stage === 'lengths') {
        payloadLength = lengths.readUInt32BE(4);
        target = new Uint8Array(lengths.readUInt32BE(0));
        stage = 'header';
        continue;
      }
      if (stage === 'header') {
        message = JSON.parse(new TextDecoder().decode(target)) as Message;
        stage = 'payload';
        if (pixels.length !== payloadLength) pixels = new Uint8Array(payloadLength);
        target = pixels;
        if (payloadLength > 0) continue;
      }
      const payload = target;
      stage = 'lengths';
      target = lengths;
      yield { message, payload };
    }
  }
};
