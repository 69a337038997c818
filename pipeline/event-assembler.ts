import { type EventIdentity, eventId } from './event-id.ts';
import type { Disposition, Provenance, RuleMatch, Sighting, Subject, WatchEvent } from './event.ts';
import type { DisposedMatch } from './rules/rule-set.ts';
import { toSighting } from './rules/sightings.ts';
import { type PtsMs, type SessionClock, toCapturedAt } from './time.ts';
import type { TrackedFrame } from './track.ts';

export type EventAssemblerOptions = {
  readonly cameraId: string;
  readonly clock: SessionClock;
  readonly provenance: Provenance;
};

type Pending = DisposedMatch;

/**
 * Makes one event of each match. A match waits for its third key instant (about a second after the trigger, well inside
 * the clip's post-roll), so that the event says where its subjects were then. An act that still goes on is reported at
 * that moment too, with its trigger as end: nobody has to wait for a crowd to go home before the case appears.
 */
export class EventAssembler {
  readonly #options: EventAssemblerOptions;
  #pending: readonly Pending[] = [];
  readonly #made = new Set<string>();

  constructor(options: EventAssemblerOptions) {
    this.#options = options;
  }

  /** Takes the matches that a frame made and returns the events that are complete with it, in order of trigger. */
  push(matches: readonly Pending[], frame: TrackedFrame): readonly WatchEvent[] {
    const waiting = [...this.#pending, ...matches];
    const isDue = ({ match, disposition }: Pending): boolean =>
      disposition === 'statistic' || frame.ptsMs >= match.keyPtsMs.after;
    this.#pending = waiting.filter((pending) => !isDue(pending));
    return this.#assemble(waiting.filter(isDue), frame.ptsMs, frame);
  }

  /** At the end of the stream nothing more comes: what waits is completed with what there is. */
  finish(lastPtsMs: PtsMs, matches: readonly Pending[] = []): readonly WatchEvent[] {
    const waiting = [...this.#pending, ...matches];
    this.#pending = [];
    return this.#assemble(waiting, lastPtsMs, null);
  }

  #assemble(complete: readonly Pending[], nowPtsMs: PtsMs, frame: TrackedFrame | null): readonly WatchEvent[] {
    return complete
      .map(({ match, disposition }) => this.#toEvent(match, disposition, nowPtsMs, frame))
      .filter(({ id }) => !this.#made.has(id) && this.#made.add(id))
      .sort((a, b) => a.triggerPtsMs - b.triggerPtsMs || (a.id < b.id ? -1 : 1));
  }

  #toEvent(match: RuleMatch, disposition: Disposition, nowPtsMs: PtsMs, frame: TrackedFrame | null): WatchEvent {
    const { cameraId, clock, provenance } = this.#options;
    const { decision, startPtsMs, triggerPtsMs, keyPtsMs } = match;
    const endPtsMs = match.endPtsMs ?? triggerPtsMs;
    const afterPtsMs = Math.min(keyPtsMs.after, Math.max(Math.round(nowPtsMs), triggerPtsMs));
    const identity: EventIdentity = {
      cameraId,
      sessionId: clock.sessionId,
      ruleId: decision.ruleId,
      startPtsMs,
      trackIds: match.subjects.map((subject) => subject.trackId),
    };
    return {
      schemaVersion: 1,
      id: eventId(identity),
      cameraId,
      sessionId: clock.sessionId,
      ruleId: decision.ruleId,
      kind: decision.ruleKind,
      disposition,
      startPtsMs,
      triggerPtsMs,
      endPtsMs,
      startAt: Math.round(toCapturedAt(clock, startPtsMs)),
      triggerAt: Math.round(toCapturedAt(clock, triggerPtsMs)),
      endAt: Math.round(toCapturedAt(clock, endPtsMs)),
      clockUncertaintyMs: clock.uncertaintyMs,
      keyPtsMs: { before: keyPtsMs.before, at: keyPtsMs.at, after: afterPtsMs },
      subjects: frame ? match.subjects.map((subject) => withSighting(subject, frame)) : match.subjects,
      decision,
      provenance,
    };
  }
}

/** Adds where the subject is in this frame, unless it is out of sight or the match already looks that far. */
const withSighting = (subject: Subject, frame: TrackedFrame): Subject => {
  const track = frame.tracks.find(({ id, observed }) => observed && id === subject.trackId);
  const lastPtsMs = subject.sightings.at(-1)?.ptsMs ?? -Infinity;
  if (!track || frame.ptsMs <= lastPtsMs) return subject;
  const sighting: Sighting = toSighting(frame.ptsMs, track.box, frame.frameSize);
  return { ...subject, sightings: [...subject.sightings, sighting] };
};
