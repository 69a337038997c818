import type { Logger } from 'pino';
import type { CameraConfig } from '../pipeline/config/camera.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { PtzPosition } from '../pipeline/fire/ptz.ts';
import { isAborted } from './is-aborted.ts';
import { PtzClient } from './onvif/ptz-client.ts';

const EVERY_MS = 500;
/** A camera that does not answer is asked less and less often. */
const LONGEST_RETRY_MS = 60_000;
/** What it said so long ago is not known any more. */
const KNOWN_FOR_MS = 3_000;
/** Positions of one stand differ by less; many cameras never say that they move. */
const TREMBLE = 0.001;

/** Asks one camera, over and over, where its mast stands. */
export class PtzWatch {
  readonly #client: Pick<PtzClient, 'position'>;
  readonly #clock: Clock;
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  readonly #cameraId: string;
  #last: { readonly position: PtzPosition; readonly atMono: number } | null = null;

  constructor(options: {
    readonly client: Pick<PtzClient, 'position'>;
    readonly clock: Clock;
    readonly log: Pick<Logger, 'info' | 'warn'>;
    readonly cameraId: string;
  }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#cameraId = options.cameraId;
  }

  /** Where it stands now; null while that is not known. */
  get position(): PtzPosition | null {
    const last = this.#last;
    return last && this.#clock.mono() - last.atMono <= KNOWN_FOR_MS ? last.position : null;
  }

  /** Until the signal fires; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        const position = await this.#client.position(signal);
        if (failures > 0 || this.#last === null)
          this.#log.info({ cameraId: this.#cameraId }, 'camera tells where it stands');
        failures = 0;
        this.#take(position);
        await this.#clock.sleep(EVERY_MS, signal);
      } catch (error) {
        if (isAborted(signal)) return;
        failures++;
        if (failures === 1)
          this.#log.warn(
            { cameraId: this.#cameraId, err: error },
            'camera does not tell where it stands; the schedule holds',
          );
        await this.#clock.sleep(Math.min(LONGEST_RETRY_MS, 2 ** Math.min(failures, 10) * EVERY_MS), signal);
      }
    }
  }

  #take(position: PtzPosition): void {
    const before = this.#last?.position;
    const hasMoved =
      before !== undefined &&
      (Math.abs(position.pan - before.pan) > TREMBLE ||
        Math.abs(position.tilt - before.tilt) > TREMBLE ||
        Math.abs((position.zoom ?? 0) - (before.zoom ?? 0)) > TREMBLE);
    this.#last = { position: { ...position, isMoving: position.isMoving || hasMoved }, atMono: this.#clock.mono() };
  }
}

/** Null for cameras that are not asked. */
export const openPtzWatch = ({ id, source, sweep }: CameraConfig, clock: Clock, log: Logger): PtzWatch | null =>
  sweep?.by === 'onvif' && sweep.onvif !== undefined
    ? new PtzWatch({ client: new PtzClient(sweep.onvif, source.url, clock), clock, log, cameraId: id })
    : null;
