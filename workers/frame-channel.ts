import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { DropReason, Frame, FrameHeader } from '../pipeline/frame.ts';
import type { SessionClock } from '../pipeline/time.ts';
import { systemClock } from '../pipeline/clock.ts';
import type { FrameFate } from './camera-analyzer.ts';
import { CameraShares, type Candidate } from './camera-shares.ts';
import { machineClock } from './monotonic.ts';
import { SocketReader } from './socket-reader.ts';

/**
 * The way of frames from record to analyze: one Unix socket, one connection per camera.
 *
 * Analyze sends lines of JSON: `{"watch": cameraId, "worker": name, "capacity": n}` once, and is sent frames when the
 * camera is given to it (camera-shares.ts); without a worker's name it is given the camera at once. Then `{"fate": …}` for each frame it took, which is also the
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
  #sentMonoMs = 0;
  /** Who is given the camera after the frame under work. */
  #next: Socket | null = null;
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

  /** How long the analyzer has been working on its frame, ms; 0 when it works on none. */
  workedMs(monoMs: number): number {
    return this.#socket && this.#credit === 0 ? monoMs - this.#sentMonoMs : 0;
  }

  /** A new analyzer takes the place of an older connection. */
  connect(socket: Socket): void {
    this.#next = null;
    this.#disconnect(this.#socket);
    if (socket.destroyed) return;
    this.#socket = socket;
    this.#credit = 1;
    socket.once('close', () => this.#disconnect(socket));
    this.#send();
  }

  /** As `connect`, but the older analyzer is first left to deal with the frame it works on. */
  takeOver(socket: Socket): void {
    if (this.#socket && this.#credit === 0) this.#next = socket;
    else this.connect(socket);
  }

  /** What became of the frame that the analyzer on this connection was sent. */
  settled(socket: Socket, fate: FrameFate): void {
    if (socket !== this.#socket || this.#credit > 0) return;
    if (fate === 'analysed') this.counts.analysed++;
    else this.counts.dropped[fate] = (this.counts.dropped[fate] ?? 0) + 1;
    this.#credit = 1;
    if (this.#next) this.connect(this.#next);
    else this.#send();
  }

  /** Breaks the analyzer's connection, e.g. because it hangs. */
  disconnect(): void {
    this.#disconnect(this.#socket);
  }

  #disconnect(socket: Socket | null): void {
    if (socket === null || this.#socket !== socket) return;
    this.#socket = null;
    // The frame under work died with its analyzer.
    if (this.#credit === 0) this.counts.dropped['no-analyzer'] = (this.counts.dropped['no-analyzer'] ?? 0) + 1;
    this.#credit = 0;
    socket.destroy();
    if (this.#next) this.connect(this.#next);
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
      this.#sentMonoMs = machineClock.mono();
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
const LOOK_EVERY_MS = 1_000;
/** A worker that takes so long for one frame hangs; where another can take the camera, it does. */
const HUNG_AFTER_MS = 8_000;
/** Cameras of a worker that names no limit. */
const NO_LIMIT = 1_000;

/** What analyze said; null when it is not its language. */
type Said = {
  readonly watch?: string;
  readonly worker?: string;
  readonly capacity?: number;
  readonly fate?: FrameFate;
};
const parseLine = (line: string): Said | null => {
  try {
    return JSON.parse(line) as Said | null;
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
  const shares = new CameraShares();
  const timer = setInterval(() => {
    const monoMs = machineClock.mono();
    for (const [cameraId, outlet] of outlets)
      if (outlet.workedMs(monoMs) > HUNG_AFTER_MS && shares.hasStandIn(cameraId)) outlet.disconnect();
    shares.balance(monoMs);
  }, LOOK_EVERY_MS);
  const sockets = new Set<Socket>();
  const offer = ({ watch = '', worker, capacity = NO_LIMIT }: Said, outlet: FrameOutlet, socket: Socket): void => {
    if (worker === undefined) {
      outlet.connect(socket);
      return;
    }
    const candidate: Candidate = {
      ...{ cameraId: watch, worker, capacity },
      // A camera that started anew has another outlet than when this was offered.
      start: () => outlets.get(watch)?.takeOver(socket),
    };
    shares.join(candidate, machineClock.mono());
    socket.once('close', () => shares.leave(candidate));
  };
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let watched = '';
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const said = parseLine(line);
        if (said?.watch !== undefined) {
          watched = said.watch;
          const outlet = outlets.get(watched);
          if (outlet) offer(said, outlet, socket);
          else socket.destroy();
        } else if (said?.fate !== undefined && watched !== '') outlets.get(watched)?.settled(socket, said.fate);
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
      clearInterval(timer);
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
 * `onLost` is called when the camera was taken away after frames had come, before any further frame.
 */
export const connectFrames = async function* (options: {
  readonly path: string;
  readonly cameraId: string;
  readonly worker?: string;
  readonly capacity?: number;
  readonly onLost?: () => Promise<void>;
  readonly signal: AbortSignal;
}): AsyncGenerator<ChannelFrame, void, undefined> {
  const { path, cameraId, worker, capacity, onLost, signal } = options;
  while (!signal.aborted) {
    const reader = messageReader();
    const socket = createConnection({ path, onread: reader.onread });
    reader.attach(socket);
    let hadFrames = false;
    const stop = (): void => void socket.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      socket.write(`${JSON.stringify({ watch: cameraId, worker, capacity })}\n`);
      for (let parts = await reader.next(); parts; parts = await reader.next()) {
        const message = JSON.parse(new TextDecoder().decode(parts.header)) as Message;
        if (message.type === 'end') return;
        const { payload } = parts;
        const { header, clock, live } = message;
        hadFrames = true;
        let settled = false;
        const settle = (fate: FrameFate): void => {
          if (settled) return;
          settled = true;
          if (!socket.destroyed) socket.write(`${JSON.stringify({ fate })}\n`);
        };
        yield { ...header, clock, live, pixels: payload, settle, release: () => undefined };
      }
    } catch {
      // Not our language: connected again below.
    } finally {
      signal.removeEventListener('abort', stop);
      socket.destroy();
    }
    if (hadFrames) await onLost?.();
    await systemClock.sleep(RECONNECT_MS, signal);
  }
};

const LENGTHS_BYTES = 8;

/** Header and payload of messages; the payload's memory is used again for the next one. */
type Parts = { readonly header: Uint8Array; readonly payload: Uint8Array<ArrayBuffer> };

const messageReader = (): SocketReader<Parts> => {
  const lengths = Buffer.alloc(LENGTHS_BYTES);
  const none = new Uint8Array(0);
  let header: Uint8Array | null = null;
  let pixels: Uint8Array<ArrayBuffer> | null = null;
  /** Kept from message to message: the last one has been dealt with when the next is asked for. */
  let kept = none;
  return new SocketReader<Parts>(lengths, () => {
    if (header === null) {
      header = new Uint8Array(lengths.readUInt32BE(0));
      return { next: header };
    }
    const payloadBytes = lengths.readUInt32BE(4);
    if (pixels === null && payloadBytes > 0) {
      if (kept.length !== payloadBytes) kept = new Uint8Array(payloadBytes);
      pixels = kept;
      return { next: pixels };
    }
    const value = { header, payload: pixels ?? none };
    [header, pixels] = [null, null];
    return { next: lengths, value };
  });
};
