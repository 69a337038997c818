import type { Decision, Provenance, Sighting, Subject, WatchEvent } from './event.ts';

/** One NDJSON line with its line feed. Keys stand in the order of the type, so the same event gives the same bytes. */
export const toEventLine = (event: WatchEvent): string =>
  `${JSON.stringify({
    schemaVersion: event.schemaVersion,
    id: event.id,
    cameraId: event.cameraId,
    sessionId: event.sessionId,
    ruleId: event.ruleId,
    kind: event.kind,
    disposition: event.disposition,
    startPtsMs: event.startPtsMs,
    triggerPtsMs: event.triggerPtsMs,
    endPtsMs: event.endPtsMs,
    startAt: event.startAt,
    triggerAt: event.triggerAt,
    endAt: event.endAt,
    clockUncertaintyMs: event.clockUncertaintyMs,
    keyPtsMs: { before: event.keyPtsMs.before, at: event.keyPtsMs.at, after: event.keyPtsMs.after },
    subjects: event.subjects.map(orderSubject),
    decision: orderDecision(event.decision),
    provenance: orderProvenance(event.provenance),
  })}\n`;

const orderSighting = ({ ptsMs, box: { x1, y1, x2, y2 } }: Sighting): Sighting => ({ ptsMs, box: { x1, y1, x2, y2 } });

const orderSubject = ({ trackId, className, role, score, sightings }: Subject): Subject => ({
  trackId,
  className,
  role,
  score,
  sightings: sightings.map(orderSighting),
});

const orderDecision = (decision: Decision): Decision => ({
  ruleId: decision.ruleId,
  ruleKind: decision.ruleKind,
  ruleVersion: decision.ruleVersion,
  geometryHash: decision.geometryHash,
  measurements: decision.measurements.map(({ name, value, unit, threshold, comparison }) => ({
    name,
    value,
    unit,
    ...(threshold === undefined ? {} : { threshold }),
    ...(comparison === undefined ? {} : { comparison }),
  })),
  facts: Object.fromEntries(Object.entries(decision.facts).sort(([a], [b]) => (a < b ? -1 : 1))),
});

const orderProvenance = ({ softwareVersion, configHash, models }: Provenance): Provenance => ({
  softwareVersion,
  configHash,
  models: models.map(({ id, sha256 }) => ({ id, sha256 })),
});
