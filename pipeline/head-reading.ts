/**
 * What a second-stage model saw on a rider's head in one frame. The model looks at crops of riders; whoever runs it adds
 * its readings to the frame's tracks, and rules add them up over time.
 */
export type HeadReading = {
  /** Track of the person. */
  readonly trackId: number;
  /** Probabilities of the four outcomes; they add up to 1. `other` is a cap, a conical hat, a hood: no helmet. */
  readonly helmet: number;
  readonly bare: number;
  readonly other: number;
  readonly unsure: number;
  /** Height of the head in pixels that the camera and the analysis frame really have; below about 16 px it is a guess. */
  readonly heightPx: number;
  /** 0–1, from the crop's blur. */
  readonly sharpness: number;
};
