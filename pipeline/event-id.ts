import { geometryHash } from './geometry-hash.ts';
import type { PtsMs } from './time.ts';

export type EventIdentity = {
  readonly cameraId: string;
  readonly sessionId: string;
  readonly ruleId: string;
  readonly startPtsMs: PtsMs;
  /** Tracks of the event; their order does not matter. */
  readonly trackIds: readonly number[];
};

/**
 * Id of an event: 26 hex digits (104 bits) of a SHA-256 over what makes the act this act. The same video analysed twice
 * gives the same id, so a redelivered or repeated event cannot become a second case.
 */
export const eventId = ({ trackIds, ...rest }: EventIdentity): string =>
  geometryHash({ ...rest, trackIds: [...trackIds].sort((a, b) => a - b) }).slice(0, 26);
