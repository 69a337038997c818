import { Value } from '@sinclair/typebox/value';
import { UnrecoverableError, Worker } from 'bullmq';
import { redactUrl, WatchpostError } from '../pipeline/errors.ts';
import type { EvidenceManifest } from '../pipeline/evidence.ts';
import { MANIFEST_FILE, SIGNATURE_FILE } from '../pipeline/evidence.ts';
import { REVIEW_QUEUE, ReviewJob } from '../pipeline/review.ts';
import type { AlertDesk } from './alerts/alert-desk.ts';
import type { ApiContext } from './context.ts';
import { toCasePlates } from './database/case-plates.ts';
import { checkManifest, readTrustedKeys } from './evidence/check-manifest.ts';
import { measuresOf } from './quality/measures.ts';

const CONCURRENCY = 4;

/**
 * Makes a case of a sealed manifest: checked, inserted once, announced.
 * @throws WatchpostError STORE_*, CASE_UNREADABLE, EVIDENCE_UNVERIFIED
 */
export const acceptCase = async (context: ApiContext, job: ReviewJob): Promise<boolean> => {
  const { cameras, cases, clock, config, live, paths, stages, store, tracing } = context;
  const manifestBytes = await store.get(`${job.prefix}/${MANIFEST_FILE}`);
  const { manifest, keyId } = checkManifest({
    manifestBytes,
    signatureBytes: await store.get(`${job.prefix}/${SIGNATURE_FILE}`),
    caseId: job.caseId,
    manifestSha256: job.manifestSha256,
    trustedKeys: await readTrustedKeys(paths.keys),
  });
  const { event, camera } = manifest;
  const inserted = await cases.insert({
    id: job.caseId,
    kind: event.kind,
    rule_id: event.ruleId,
    camera_id: camera.id,
    camera_name: camera.name || camera.id,
    camera_group: cameras.get(camera.id)?.group ?? 'default',
    place: camera.place,
    trigger_at: Math.round(event.triggerAt),
    created_at: clock.now(),
    subject_class: subjectClass(manifest),
    thumbnail: manifest.files.find(({ role }) => role === 'still-at')?.path ?? null,
    prefix: job.prefix,
    manifest_sha256: job.manifestSha256,
    key_id: keyId,
    manifest: Buffer.from(manifestBytes).toString('utf8'),
    measures: measuresOf(event),
    plates: toCasePlates(manifest.plates ?? []),
  });
  if (inserted) stages.observe('case_visible', clock.now() - event.endAt - config.evidence.postRollMs);
  if (inserted)
    tracing?.tell(
      {
        ...{ name: 'case_visible', startAt: job.enqueuedAt, endAt: clock.now() },
        attributes: { 'event.id': job.caseId, 'case.kind': event.kind },
      },
      [],
      job.trace,
    );
  if (inserted) await live.publishCase({ caseId: job.caseId, state: 'pending', cameraId: camera.id, kind: event.kind });
  return inserted;
};

const subjectClass = ({ event }: EvidenceManifest): string | null =>
  (event.subjects.find(({ role }) => role === 'offender') ?? event.subjects[0])?.className ?? null;

/** Events are told as they are confirmed; this tells of those that were not. */
const announceCase = async ({ cases, config }: ApiContext, desk: AlertDesk, caseId: string): Promise<void> => {
  if (config.alerts.channels.length === 0) return;
  const { event } = JSON.parse(await cases.manifest(caseId)) as EvidenceManifest;
  await desk.announceEvent(event);
};

/** The reason as it is kept with the job, code first; a failure that trying again cannot mend says so by its class. */
const toJobError = (error: unknown): unknown => {
  if (!(error instanceof WatchpostError)) return error;
  const message = `${error.code}: ${redactUrl(error.message)}`;
  return error.retryable ? new Error(message, { cause: error }) : new UnrecoverableError(message);
};

/**
 * Consumes the review queue. A job that fails is tried again as its producer said; one that cannot become a case is set
 * aside in BullMQ's failed set with its reason, nothing is thrown away.
 */
export const startReviewConsumer = (context: ApiContext, desk: AlertDesk): { close: () => Promise<void> } => {
  const { log, metrics, redis } = context;
  const worker = new Worker(
    REVIEW_QUEUE,
    async ({ data }: { data: unknown }) => {
      if (!Value.Check(ReviewJob, data)) {
        const first = Value.Errors(ReviewJob, data).First();
        throw new UnrecoverableError(`JOB_MALFORMED: ${first?.path ?? ''}: ${first?.message ?? ''}`);
      }
      const inserted = await acceptCase(context, data).catch((error: unknown) => {
        throw toJobError(error);
      });
      await announceCase(context, desk, data.caseId);
      metrics.count('watchpost_cases_accepted_total', 'Cases that came into review.', inserted ? 1 : 0);
      if (inserted) log.info({ caseId: data.caseId, waitedMs: Date.now() - data.enqueuedAt }, 'case came into review');
    },
    { connection: redis.connect('review'), concurrency: CONCURRENCY },
  );
  worker.on('failed', (job, error) => {
    metrics.count('watchpost_review_jobs_failed_total', 'Attempts at review jobs that failed.');
    log.error({ jobId: job?.id ?? null, attempt: job?.attemptsMade ?? null, err: error }, 'review job failed');
  });
  // Connection trouble is told by the link; without a listener it would end the process.
  worker.on('error', () => undefined);
  return { close: () => worker.close(!redis.isUp) };
};
