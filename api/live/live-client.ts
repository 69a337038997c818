import type { ServerResponse } from 'node:http';
import type { LiveEvent } from '../contract/live.ts';

/** Frames wait up to so many bytes for a slow reader, about a second of a busy wall; then they are dropped. */
const FRAME_BUFFER_BYTES = 256 * 1024;
/** States and cases are small and must arrive; a reader that lets so much of them pile up is cut off and comes again. */
const HARD_BUFFER_BYTES = 2 * 1024 * 1024;

/** One open `GET /api/live`. Its buffer is bounded, and what it loses no other client notices. */
export class LiveClient {
  readonly cameras: ReadonlySet<string>;
  readonly sees: (target: { readonly cameraId: string; readonly kind?: string }) => boolean;
  droppedFrames = 0;
  readonly #response: ServerResponse;

  constructor(
    response: ServerResponse,
    options: {
      /** Cameras whose frames are wanted. */
      readonly cameras: ReadonlySet<string>;
      /** Whether the account may see a camera, or a case of it. */
      readonly sees: (target: { readonly cameraId: string; readonly kind?: string }) => boolean;
    },
  ) {
    this.#response = response;
    this.cameras = options.cameras;
    this.sees = options.sees;
  }

  /** @param json one line of JSON */
  send(event: LiveEvent, json: string): void {
    const waiting = this.#response.writableLength;
    if (event === 'frame' && waiting > FRAME_BUFFER_BYTES) {
      this.droppedFrames++;
      return;
    }
    if (waiting > HARD_BUFFER_BYTES) {
      this.#response.destroy();
      return;
    }
    this.#response.write(`event: ${event}\ndata: ${json}\n\n`);
  }

  end(): void {
    this.#response.end();
  }
}
