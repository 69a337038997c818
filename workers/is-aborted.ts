/** Read afresh at each call: after an `await` the signal may have fired, which the compiler's narrowing does not see. */
export const isAborted = (signal: AbortSignal): boolean => signal.aborted;
