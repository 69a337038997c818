import type { PtzAct } from '../../../api/contract/ptz.ts';

/** The camera stops by itself after 4 s (`PTZ_MOVE_MS` of the contract); told again well before. */
const AGAIN_MS = 2_000;

/**
 * Tells a camera what to do in order, and to go on while it is to. It is not told to go on before it has answered: moves that
 * wait for a slow camera would be made after the button was let go of, before the stop.
 */
export class Turning {
  readonly #tell: (act: PtzAct) => Promise<unknown>;
  readonly #onError: (error: unknown) => void;
  #last: Promise<unknown> = Promise.resolve();
  #unanswered = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(tell: (act: PtzAct) => Promise<unknown>, onError: (error: unknown) => void) {
    this.#tell = tell;
    this.#onError = onError;
  }

  /** A move goes on until the next call. */
  start(act: PtzAct): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#send(act);
    if (act.act !== 'move') return;
    this.#timer = setInterval(() => {
      if (this.#unanswered === 0) this.#send(act);
    }, AGAIN_MS);
  }

  /** Stops a move that goes on. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#send({ act: 'stop' });
  }

  #send(act: PtzAct): void {
    this.#unanswered++;
    this.#last = this.#last
      .then(() => this.#tell(act))
      .catch(this.#onError)
      .finally(() => this.#unanswered--);
  }
}
