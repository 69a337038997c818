import { setMaxListeners } from 'node:events';

/**
 * A signal that fires on SIGTERM or SIGINT, and when the supervisor that started this process is gone; a second SIGINT
 * ends the process at once.
 */
export const stopSignal = (): AbortSignal => {
  const controller = new AbortController();
  // Every camera listens: their number is no sign of a leak.
  setMaxListeners(0, controller.signal);
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(1);
    controller.abort();
  };
  process.on('SIGTERM', () => controller.abort());
  process.on('SIGINT', stop);
  process.on('disconnect', () => controller.abort());
  // Listening must not keep a process alive that has nothing left to do.
  process.channel?.unref();
  return controller.signal;
};
