import { WatchpostError } from '../../pipeline/errors.ts';

/** The recording does not reach far enough yet; the error says when it can. */
export class NotReadyError extends WatchpostError {
  /** Earliest instant at which it can be worth trying again, epoch milliseconds. */
  readonly readyAt: number;
  constructor(message: string, readyAt: number) {
    super('EVIDENCE_NOT_READY', message);
    this.readyAt = readyAt;
  }
}
