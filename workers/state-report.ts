import type { Redis } from 'ioredis';
import { type CameraState, STATE_CHANNEL, stateKey } from '../pipeline/live.ts';

const EVERY_MS = 2_000;

/**
 * Tells Redis the state of cameras, at once when a state changes and every 2 s: the hash for whoever joins later, the
 * channel for whoever listens. Redis may be away; the next report makes up for it.
 */
export const reportStates = (options: {
  readonly redis: Redis;
  readonly process: 'record' | 'analyze';
  readonly states: () => readonly CameraState[];
}): { readonly now: () => Promise<void>; readonly close: () => Promise<void> } => {
  const { redis, process, states } = options;
  const now = async (): Promise<void> => {
    try {
      const pipeline = redis.pipeline();
      for (const state of states()) {
        const text = JSON.stringify(state);
        pipeline.hset(stateKey(process), state.cameraId, text);
        pipeline.publish(STATE_CHANNEL, text);
      }
      await pipeline.exec();
    } catch {
      // The next report, 2 s later, carries the same and newer numbers.
    }
  };
  const timer = setInterval(() => void now(), EVERY_MS);
  return {
    now,
    close: async () => {
      clearInterval(timer);
      await now();
    },
  };
};
