import type { Box } from './geometry.ts';

/** Classes the rules know. A model's own classes map to these in its manifest; others pass through unchanged. */
export const ROAD_CLASSES = ['person', 'bicycle', 'motorcycle', 'car', 'bus', 'truck'] as const;
export type RoadClass = (typeof ROAD_CLASSES)[number];

/** One thing seen in one frame; no memory. */
export type Detection = {
  /** In source pixels. */
  readonly box: Box;
  /** 0–1. */
  readonly score: number;
  readonly className: string;
};
