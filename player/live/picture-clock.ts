/** Where one downloaded segment lies: on the video element's time line (s) and on the cameras' clock (epoch ms). */
export type PlacedSegment = {
  readonly startS: number;
  readonly durationS: number;
  /** EXT-X-PROGRAM-DATE-TIME of its first frame. */
  readonly programDateTime: number;
};

/** Segments remembered: enough for the buffer of a live view and a jump back inside it. */
const MAX_SEGMENTS = 200;

/**
 * Says when the picture on the screen was captured. A segment's place on the element's time line is known exactly once
 * it is buffered, and inside a segment media time runs like the camera's clock; across a reconnect
 * (EXT-X-DISCONTINUITY) it does not, so every picture is answered from its own segment.
 */
export class PictureClock {
  readonly #segments = new Map<number, PlacedSegment>();

  add(segment: PlacedSegment): void {
    // A segment that is loaded again after a seek replaces its older placing.
    this.#segments.delete(segment.programDateTime);
    this.#segments.set(segment.programDateTime, segment);
    if (this.#segments.size > MAX_SEGMENTS) {
      const oldest = this.#segments.keys().next().value;
      if (oldest !== undefined) this.#segments.delete(oldest);
    }
  }

  clear(): void {
    this.#segments.clear();
  }

  /** Capture instant (epoch ms) of the frame presented at `mediaTimeS`, or null outside of what was buffered. */
  capturedAt(mediaTimeS: number): number | null {
    const segment = this.#find(mediaTimeS);
    return segment ? segment.programDateTime + (mediaTimeS - segment.startS) * 1000 : null;
  }

  /** Media time (s) at which the picture captured at `capturedAt` is shown, or null. */
  mediaTimeS(capturedAt: number): number | null {
    for (const { startS, durationS, programDateTime } of this.#segments.values()) {
      const offsetS = (capturedAt - programDateTime) / 1000;
      if (offsetS >= 0 && offsetS < durationS) return startS + offsetS;
    }
    return null;
  }

  #find(mediaTimeS: number): PlacedSegment | undefined {
    // Half a millisecond of slack: media times are rounded to the element's own time base.
    const slackS = 0.0005;
    let found: PlacedSegment | undefined;
    for (const segment of this.#segments.values()) {
      const inside = mediaTimeS >= segment.startS - slackS && mediaTimeS < segment.startS + segment.durationS + slackS;
      if (inside && (!found || segment.startS > found.startS)) found = segment;
    }
    return found;
  }
}
