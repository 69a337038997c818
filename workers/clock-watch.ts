import type { Clock } from '../pipeline/clock.ts';

/** A jump smaller than this is the slow correction that NTP makes all the time. */
export const STEP_MS = 500;
const LOOK_EVERY_MS = 1_000;

/**
 * Watches this machine's wall clock against its monotonic one. Media time does not care for a step, but every session's
 * anchor was taken from the clock that has just proved wrong.
 * @param onStep is told by how much the clock jumped, ms; positive means forward
 */
export const watchClock = (clock: Clock, onStep: (stepMs: number) => void): { readonly close: () => void } => {
  let difference = clock.now() - clock.mono();
  const look = (): void => {
    const found = clock.now() - clock.mono();
    const stepMs = found - difference;
    difference = found;
    if (Math.abs(stepMs) >= STEP_MS) onStep(Math.round(stepMs));
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return { close: () => clearInterval(timer) };
};
