import { WatchpostError } from '../../pipeline/errors.ts';

/** The recording does not reach far enough yet; the error says when it can. */
export class NotReadyError extends WatchpostError {
  /** Earliest instant at which the case can be sealed, epoch milliseconds. */
  readonly readyAt: number;
  /** Earliest instant at which it is worth looking again, at or before `readyAt`: some work can be done ahead. */
  readonly lookAt: number;
  constructor(message: string, readyAt: number, lookAt = readyAt) {
    super('EVIDENCE_NOT_READY', message);
    this.readyAt = readyAt;
    this.lookAt = Math.min(lookAt, readyAt);
  }
}
