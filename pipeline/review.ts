import { type Static, Type } from '@sinclair/typebox';

/** Queue names and job-id rules: producer and consumer wrap BullMQ in a few lines around these. */
export const EVIDENCE_QUEUE = 'watchpost-evidence';
export const REVIEW_QUEUE = 'watchpost-review';

/** Payload of an evidence job: the whole event, so that the job needs nothing but the recording. Job id: event id. */
export const EvidenceJob = Type.Object(
  { event: Type.Any(), trace: Type.Optional(Type.String()) },
  { additionalProperties: false },
);
/** `trace`: link of the frame that ended the event (workers/telemetry/tracing.ts), where frames are traced. */
export type EvidenceJob = { readonly event: import('./event.ts').WatchEvent; readonly trace?: string };

/** Payload of a review job, sent once evidence is stored and verified. Job id: case id, which is the event id. */
export const ReviewJob = Type.Object(
  {
    caseId: Type.String({ minLength: 1 }),
    /** Store key prefix of the case, without trailing slash. */
    prefix: Type.String({ minLength: 1 }),
    manifestSha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    enqueuedAt: Type.Number(),
    /** Link of the trace that led here, where frames are traced. */
    trace: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type ReviewJob = Static<typeof ReviewJob>;

/** Where a case's files lie in the evidence store. */
export const casePrefix = (caseId: string): string => `cases/${caseId}`;

export const VERDICTS = ['confirmed', 'rejected', 'exempt', 'unsure'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const REJECT_REASONS = [
  'no_violation',
  'wrong_object',
  'not_visible',
  'plate_unreadable',
  'signal_unclear',
  'police_direction',
  'duplicate',
  'test',
] as const;
export const EXEMPT_REASONS = ['emergency_vehicle', 'child_under_6', 'medical_emergency', 'escort', 'permit'] as const;

export type Review =
  | { readonly state: 'pending' }
  | { readonly state: 'claimed'; readonly reviewer: string; readonly claimedAt: number; readonly leaseUntil: number }
  | {
      readonly state: 'decided';
      readonly reviewer: string;
      readonly verdict: Verdict;
      readonly reason: string | null;
      readonly decidedAt: number;
    };
