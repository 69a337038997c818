import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { Letterbox } from '../../pipeline/frame.ts';
import type { Size } from '../../pipeline/geometry.ts';
import type { RecordingSession, SegmentRecord } from '../../pipeline/segment.ts';
import { STILLS_CODEC } from '../../pipeline/stills.ts';
import type { SessionClock } from '../../pipeline/time.ts';
import type { SessionFrame } from '../frame-feed.ts';
import { isAborted } from '../is-aborted.ts';
import { sha256 } from '../segment-writer.ts';
import { writeWhole } from '../write-whole.ts';
import { decodeStill, stillSize } from './decode-still.ts';
import { type ArrivedStill, StillInbox } from './still-inbox.ts';

const LOOK_EVERY_MS = 500;
/** Names that carry a time are exact to the second; others go by when the file was written. */
const UNCERTAINTY_MS = 1_000;
const SHORTEST_MS = 1_000;

export type StillSessionOptions = {
  readonly cameraId: string;
  /** Where pictures arrive; made here. */
  readonly inboxes: readonly string[];
  /** Of this session; made with the first picture. */
  readonly folder: string;
  readonly sessionId: string;
  /** No picture for so long is told as SOURCE_STALLED. */
  readonly stallMs: number;
  /** How the picture lies in analysis frames; null for cameras that are only recorded. */
  readonly letterbox: (source: Size) => Letterbox | null;
  /** Resolves when the frame was taken; the next picture waits in its folder until then. */
  readonly onFrame: (frame: SessionFrame) => Promise<void>;
  readonly onSegment: (record: SegmentRecord) => Promise<void>;
  readonly onRefused: (file: string, reason: string) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

/**
 * One recording session of a camera that gives stills: every picture is kept as it came, as a segment of the recording,
 * and handed on for analysis. Returns when the signal fires.
 * @throws WatchpostError SOURCE_STALLED, and what the disk throws
 */
export const runStillSession = async (options: StillSessionOptions): Promise<void> => {
  const { inboxes, onRefused, stallMs, clock, signal } = options;
  for (const folder of inboxes) await mkdir(folder, { recursive: true });
  const inbox = new StillInbox(inboxes, onRefused);
  const keeper = new StillKeeper(options);
  let lastMonoMs = clock.mono();
  try {
    while (!signal.aborted) {
      for (const still of await inbox.take(clock.now())) {
        if (isAborted(signal)) return;
        const refusal = await keeper.keep(still);
        if (refusal === null) await rm(still.path, { force: true });
        else await inbox.passOver(still.path, refusal);
        lastMonoMs = clock.mono();
      }
      if (clock.mono() - lastMonoMs > stallMs)
        throw new WatchpostError(
          'SOURCE_STALLED',
          `no picture for ${(stallMs / 1000).toFixed(0)} s; expected JPEG files in ${inboxes.join(' or ')}`,
        );
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  } finally {
    await keeper.close();
  }
};

type Begun = { readonly clock: SessionClock; readonly size: Size; readonly letterbox: Letterbox | null };

class StillKeeper {
  readonly #options: StillSessionOptions;
  #begun: Begun | null = null;
  #sequence = 0;
  #lastPtsMs = -1;

  constructor(options: StillSessionOptions) {
    this.#options = options;
  }

  /** @returns why the picture cannot be used; null when it is kept and was handed on */
  async keep({ bytes, capturedAt, poseId }: ArrivedStill): Promise<string | null> {
    const { cameraId, sessionId, stallMs, onFrame, onSegment, clock } = this.#options;
    let pixels: Uint8Array<ArrayBuffer> | null;
    let begun: Begun;
    try {
      begun = this.#begun ??= await this.#begin(await stillSize(bytes), capturedAt);
      pixels = begun.letterbox && (await decodeStill(bytes, begun.letterbox));
    } catch (error) {
      if (error instanceof WatchpostError && error.code === 'INPUT_UNREADABLE') return error.message;
      throw error;
    }
    const ptsMs = Math.round(capturedAt - begun.clock.anchorAt);
    // Rules go forward in time; what was seen before cannot be added afterwards.
    if (ptsMs <= this.#lastPtsMs) return 'not newer than the last picture';
    const sequence = this.#sequence++;
    const record: SegmentRecord = {
      ...{ cameraId, sessionId, sequence },
      file: `${String(sequence).padStart(6, '0')}.jpg`,
      startPtsMs: ptsMs,
      // A picture stands for the time until the next, which nobody knows yet; the last interval is the best guess.
      durationMs: this.#lastPtsMs < 0 ? SHORTEST_MS : Math.min(ptsMs - this.#lastPtsMs, stallMs),
      startAt: capturedAt,
      bytes: bytes.length,
      sha256: sha256(bytes),
      startsWithKeyframe: true,
      ...(poseId === undefined ? {} : { poseId }),
    };
    this.#lastPtsMs = ptsMs;
    const { folder } = this.#options;
    await writeWhole(join(folder, record.file), bytes);
    await appendFile(join(folder, 'index.ndjson'), `${JSON.stringify(record)}\n`);
    await onSegment(record);
    if (!pixels || !begun.letterbox) return null;
    await onFrame({
      header: {
        ...{ cameraId, sessionId, sequence, ptsMs, capturedAt },
        receivedMonoMs: clock.mono(),
        letterbox: begun.letterbox,
        ...(poseId === undefined ? {} : { poseId }),
      },
      clock: begun.clock,
      pixels,
      release: () => undefined,
    });
    return null;
  }

  /** Says that nothing more comes. */
  async close(): Promise<void> {
    if (this.#begun) await this.#writeSession(this.#begun, this.#lastPtsMs);
  }

  async #begin(size: Size, capturedAt: number): Promise<Begun> {
    const { folder, sessionId, letterbox } = this.#options;
    await mkdir(folder, { recursive: true });
    const clock: SessionClock = { sessionId, anchorAt: capturedAt, source: 'given', uncertaintyMs: UNCERTAINTY_MS };
    const begun = { clock, size, letterbox: letterbox(size) };
    await this.#writeSession(begun, null);
    return begun;
  }

  async #writeSession({ clock, size }: Begun, endPtsMs: number | null): Promise<void> {
    const { cameraId, sessionId, folder } = this.#options;
    const session: RecordingSession = {
      ...{ cameraId, sessionId, clock, ...size },
      codec: STILLS_CODEC,
      initFile: '',
      initSha256: sha256(new Uint8Array()),
      ...(endPtsMs === null ? {} : { endPtsMs }),
    };
    await writeWhole(join(folder, 'session.json'), JSON.stringify(session, null, 2));
  }
}
