/** A signal that fires on SIGTERM or SIGINT; a second SIGINT ends the process at once. */
export const stopSignal = (): AbortSignal => {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(1);
    controller.abort();
  };
  process.on('SIGTERM', () => controller.abort());
  process.on('SIGINT', stop);
  return controller.signal;
};
