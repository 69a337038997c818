/** How often a process tells `watchpost up` that it works. */
export const HEARTBEAT_MS = 2_000;

export type Heartbeat = { readonly alive: true };

export const isHeartbeat = (message: unknown): message is Heartbeat =>
  typeof message === 'object' && message !== null && (message as Partial<Heartbeat>).alive === true;

/**
 * Tells the parent process every 2 s that this one works: its event loop turns, and `works` says so too. Nothing is told
 * where nobody supervises it.
 */
export const startHeartbeat = (works: () => boolean): void => {
  const tell = (): void => {
    if (works()) process.send?.({ alive: true } satisfies Heartbeat);
  };
  tell();
  setInterval(tell, HEARTBEAT_MS).unref();
};
