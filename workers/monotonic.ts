import { type Clock, systemClock } from '../pipeline/clock.ts';

/**
 * The system clock with a monotonic time that all processes of one machine share (CLOCK_MONOTONIC), so that the age of
 * a frame can be told in another process than the one that received it. `performance.now()` starts at each process.
 */
export const machineClock: Clock = {
  ...systemClock,
  mono: () => Number(process.hrtime.bigint()) / 1e6,
};
