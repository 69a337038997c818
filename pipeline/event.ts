import type { Box } from './geometry.ts';
import type { EpochMs, PtsMs } from './time.ts';

export const RULE_KINDS = [
  'wrong_way',
  'wrong_lane',
  'crowding',
  'line_count',
  'red_light',
  'stop_line',
  'no_helmet',
  'too_many_riders',
  'speed',
  'illegal_stop',
  'pavement_riding',
  'encroachment',
  'loitering',
  'dumped_rubbish',
  'camera_health',
  'smoke',
  'flame',
] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

/** A value that the rule measured, beside the threshold it was held against. */
export type Measurement = {
  /** Machine name, e.g. `headingDifference`; sentences are made from it by `pipeline/explanation.ts`. */
  readonly name: string;
  readonly value: number;
  /** Unit as printed: `°`, `s`, `px`, `persons`, `%`, `km/h`, `m`. Empty for plain numbers. */
  readonly unit: string;
  readonly threshold?: number;
  /** How the value was compared with the threshold. */
  readonly comparison?: '>=' | '>' | '<=' | '<' | '=';
};

/** Why the rule matched: everything needed to explain and to repeat the decision. */
export type Decision = {
  readonly ruleId: string;
  readonly ruleKind: RuleKind;
  /** Version of the rule's code; raised whenever its results may change. */
  readonly ruleVersion: string;
  /** SHA-256 (hex) of the canonical JSON of the geometry used, in fractions of the frame. */
  readonly geometryHash: string;
  readonly measurements: readonly Measurement[];
  /** Words the sentences need besides numbers: lane and line names, class, direction, signal state. */
  readonly facts: Readonly<Record<string, string>>;
};

/** One observation of a subject: where it was at one media time. Box in fractions of the frame. */
export type Sighting = { readonly ptsMs: PtsMs; readonly box: Box };

/** A track that took part in an event. */
export type Subject = {
  readonly trackId: number;
  readonly className: string;
  readonly role: 'offender' | 'rider' | 'member' | 'vehicle';
  /** Score of the detection at the trigger, 0–1. */
  readonly score: number;
  /** Sightings at the key instants, in order of time. */
  readonly sightings: readonly Sighting[];
};

/**
 * What a rule says at the moment it holds. Pure data; one match per act.
 * `before`, `at` and `after` are the media times of the three stills.
 */
export type RuleMatch = {
  readonly decision: Decision;
  readonly startPtsMs: PtsMs;
  readonly triggerPtsMs: PtsMs;
  /** Null while the act goes on; the rule then sends an `end` with the same `matchId`. */
  readonly endPtsMs: PtsMs | null;
  readonly keyPtsMs: { readonly before: PtsMs; readonly at: PtsMs; readonly after: PtsMs };
  readonly subjects: readonly Subject[];
};

/** Whether an event asks for a person's decision or only feeds statistics. */
export type Disposition = 'case' | 'statistic';

/**
 * What a person should look at. Deterministic: the same video, configuration and models give the same bytes.
 * Key order is fixed by `toEventLine`.
 */
export type WatchEvent = {
  readonly schemaVersion: 1;
  /** Derived from camera, session, rule, subjects and start, see `pipeline/event-id.ts`: never random. */
  readonly id: string;
  readonly cameraId: string;
  readonly sessionId: string;
  readonly ruleId: string;
  readonly kind: RuleKind;
  readonly disposition: Disposition;
  readonly startPtsMs: PtsMs;
  readonly triggerPtsMs: PtsMs;
  readonly endPtsMs: PtsMs;
  readonly startAt: EpochMs;
  readonly triggerAt: EpochMs;
  readonly endAt: EpochMs;
  /** Uncertainty of the three instants above, half-width. */
  readonly clockUncertaintyMs: number;
  readonly keyPtsMs: { readonly before: PtsMs; readonly at: PtsMs; readonly after: PtsMs };
  readonly subjects: readonly Subject[];
  readonly decision: Decision;
  readonly provenance: Provenance;
};

/** Which software, configuration and models made an event. */
export type Provenance = {
  readonly softwareVersion: string;
  /** SHA-256 (hex) of the canonical JSON of the camera's effective configuration, secrets removed. */
  readonly configHash: string;
  readonly models: readonly { readonly id: string; readonly sha256: string }[];
};
