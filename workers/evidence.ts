import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import sharp from 'sharp';
import type { PlateReader } from '../models/plate-reader.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import type { EvidenceStore } from '../pipeline/evidence-store.ts';
import { EVIDENCE_QUEUE, type EvidenceJob } from '../pipeline/review.ts';
import type { LastingFailure, SealReport } from '../pipeline/process-report.ts';
import { StageHistograms } from '../pipeline/stage-histograms.ts';
import { verifyCase } from '../pipeline/verify.ts';
import type { ProcessContext } from './context.ts';
import { dataFolder } from './data-folder.ts';
import { NotReadyError } from './evidence/not-ready.ts';
import type { CasePictures } from './evidence/pictures.ts';
import { lazyPlateReader } from './evidence/plates.ts';
import { Preparations } from './evidence/preparations.ts';
import { sealCase, type SealedCase } from './evidence/seal.ts';
import { openTimeStampQueue, type TimeStampQueue } from './evidence/time-stamp-queue.ts';
import { runTool } from './evidence/tool.ts';
import { reportProcess } from './process-report.ts';
import { SOFTWARE_VERSION } from './provenance.ts';
import { checkEvent, failureReason, openQueues, type Queues, redisOptions, retryDelayMs } from './queue.ts';
import { openSigner, type Signer } from './storage/signer.ts';
import { openStore } from './storage/open-store.ts';
import { storeReader } from './verify-folder.ts';
import { openTracing, type Tracing } from './telemetry/tracing.ts';
import { untilAborted } from './until-aborted.ts';

/** Sealing waits for ffmpeg and the disk more than for this process; two at a time keep both busy. */
const CONCURRENCY = 2;
/** Least pause between two looks at a recording that is nearly long enough. */
const POLL_MS = 100;
/** Longest pause: the recording may end early, and then the case need not wait for its post-roll. */
const LONGEST_POLL_MS = 2_000;
/** A recording that has not grown for so long is taken as ended: its camera or recorder is gone. */
const STALLED_MS = 30_000;
/** Failures that are not the store's or the disk's: trying again soon helps or never does. */
const ATTEMPTS_ON_UNVERIFIED = 5;

const HOPELESS: ReadonlySet<string> = new Set(['EVIDENCE_GONE', 'JOB_MALFORMED']);

/**
 * The evidence process: event in, sealed and verified case out, exactly once however often it is killed. Returns when
 * the signal fires and the jobs at hand are done.
 * @throws WatchpostError QUEUE_UNAVAILABLE, FFMPEG_MISSING at the start
 */
export const evidence = async (context: ProcessContext): Promise<void> => {
  const { config, dataDir, redisUrl, log, signal } = context;
  await runTool('ffmpeg', ['-version'], 'FFMPEG_MISSING');
  // No picture is worked on twice.
  sharp.cache(false);
  const queues = await openQueues(redisUrl);
  const store = openStore(config.evidence.store, dataDir);
  // What a killed process left half done is made again from the recording.
  await rm(join(dataDir, 'sealing'), { recursive: true, force: true });
  const stages = new StageHistograms();
  const signer = toldSigner(openSigner(dataFolder(dataDir).keys, config.evidence.signing));
  const timeStamps = await openTimeStampQueue(context, store);
  const protection = rarely(() => store.protection());
  const seal = async (): Promise<SealReport> => ({
    timeStamps: (await timeStamps?.report()) ?? null,
    signing: signer.failure,
    bucket: config.evidence.store.kind === 's3' ? protection() : null,
  });
  const report = reportProcess({ redis: queues.redis, process: 'evidence', stages, seal });
  const tracing = await openTracing(config.telemetry, { name: 'evidence', worker: context.worker }, log);
  const plates = lazyPlateReader((err) => log.warn({ err }, 'plates are not read'));
  const preparations = new Preparations<CasePictures>();
  const worker = new Worker<EvidenceJob>(
    EVIDENCE_QUEUE,
    (job, token) =>
      processJob(
        { context, queues, store, signer, timeStamps, plateReader: plates.get, preparations, stages, tracing },
        job,
        token,
      ),
    {
      connection: redisOptions(redisUrl),
      concurrency: CONCURRENCY,
      settings: { backoffStrategy: retryDelayMs },
      // A killed process's jobs are taken over after so long; sealing one takes a second.
      lockDuration: 10_000,
      stalledInterval: 2_000,
      maxStalledCount: 1_000,
    },
  );
  worker.on('error', (error) => log.warn({ err: error }, 'evidence queue is not reachable'));
  worker.on('failed', (job, error) => {
    const final = error instanceof UnrecoverableError;
    const fields = { eventId: job?.id, reason: error.message, attempts: job?.attemptsMade };
    if (final) log.error(fields, 'evidence job set aside');
    else log.warn(fields, 'evidence job failed, will be tried again');
  });
  log.info({ concurrency: CONCURRENCY }, 'evidence is ready');
  await untilAborted(signal);
  await worker.close();
  await timeStamps?.close();
  await plates.close();
  await tracing?.close();
  await report.close();
  await queues.close();
  await store.close();
};

type Parts = {
  readonly context: ProcessContext;
  readonly queues: Queues;
  readonly store: EvidenceStore;
  readonly signer: Signer;
  readonly timeStamps: TimeStampQueue | null;
  readonly plateReader: () => Promise<PlateReader | null>;
  readonly preparations: Preparations<CasePictures>;
  readonly stages: StageHistograms;
  readonly tracing: Tracing | null;
};

/** Asks once a minute, and never makes anybody wait for the answer. */
const rarely = <T>(ask: () => Promise<T>): (() => T | null) => {
  let found: T | null = null;
  let askedAt = 0;
  return () => {
    if (Date.now() > askedAt + 60_000) {
      askedAt = Date.now();
      ask().then(
        (answer) => (found = answer),
        () => (askedAt = 0), // Asked again with the next report.
      );
    }
    return found;
  };
};

/** Remembers the last failure until the next signature. */
const toldSigner = (signer: Signer): Signer & { failure: LastingFailure | null } => {
  const told = {
    failure: null as LastingFailure | null,
    sign: async (document: Uint8Array) => {
      try {
        const signature = await signer.sign(document);
        told.failure = null;
        return signature;
      } catch (error) {
        told.failure = { reason: failureReason(error), at: Date.now() };
        throw error;
      }
    },
  };
  return told;
};

const processJob = async (
  { context, queues, store, signer, timeStamps, plateReader, preparations, stages, tracing }: Parts,
  job: Job<EvidenceJob>,
  token?: string,
): Promise<void> => {
  const { config, dataDir, log } = context;
  const startedAt = performance.now();
  try {
    const event = checkEvent((job.data as Partial<EvidenceJob> | null)?.event);
    const camera = config.cameras.find(({ id }) => id === event.cameraId);
    const sealed = await sealCase({
      event,
      camera: { id: event.cameraId, name: camera?.name ?? '', place: camera?.place ?? '' },
      recordingDir: dataFolder(dataDir).camera(event.cameraId),
      dataDir,
      store,
      signer,
      evidence: config.evidence,
      software: `watchpost ${SOFTWARE_VERSION}`,
      plateReader,
      preparations,
      recordingEnded: hasStalled(job),
      log,
    });
    await verifyStored(store, sealed);
    const { prefix, manifestSha256 } = sealed;
    const sealedAt = Date.now();
    const trace = tracing?.tell(
      {
        ...{ name: 'evidence', startAt: sealedAt - (performance.now() - startedAt), endAt: sealedAt },
        attributes: { 'event.id': event.id },
      },
      [],
      job.data.trace,
    );
    const link = trace === undefined ? {} : { trace };
    await queues.enqueueReview({ caseId: event.id, prefix, manifestSha256, enqueuedAt: sealedAt, ...link });
    await timeStamps?.add({ caseId: event.id, prefix, manifestSha256 });
    await queues.releaseHold(event.id);
    const ms = performance.now() - startedAt;
    stages.observe('evidence', ms);
    log.info({ eventId: event.id, cameraId: event.cameraId, ms: Math.round(ms) }, 'case sealed');
  } catch (error) {
    if (error instanceof NotReadyError) {
      const now = Date.now();
      await rememberProgress(job, error.readyAt);
      const pauseMs = Math.min(Math.max(error.lookAt - now, POLL_MS), LONGEST_POLL_MS);
      await job.moveToDelayed(now + pauseMs, token);
      // Waiting for the recording is no failure and uses up no attempt.
      throw new DelayedError();
    }
    throw await toFailure(error, job, queues);
  }
};

/** When the recording was last seen to grow: its expected end moves on with every new segment. */
type Progress = { readonly readyAt: number; readonly seenAt: number };

const rememberProgress = async (job: Job<EvidenceJob>, readyAt: number): Promise<void> => {
  const last = job.progress as Partial<Progress>;
  if (last.readyAt !== readyAt) await job.updateProgress({ readyAt, seenAt: Date.now() } satisfies Progress);
};

const hasStalled = (job: Job<EvidenceJob>): boolean => {
  const { readyAt, seenAt } = job.progress as Partial<Progress>;
  if (readyAt === undefined || seenAt === undefined) return false;
  return Date.now() > Math.max(readyAt, seenAt) + STALLED_MS;
};

/**
 * Opens the case where it is stored, as a court would.
 * @throws WatchpostError EVIDENCE_UNVERIFIED
 */
const verifyStored = async (store: EvidenceStore, { prefix, manifestSha256 }: SealedCase): Promise<void> => {
  const { status, problems, manifestSha256: found } = await verifyCase(storeReader(store, prefix));
  if (status === 'intact' && found === manifestSha256) return;
  const list = problems.map(({ file, problem }) => `${file} ${problem}`).join('; ');
  throw new WatchpostError('EVIDENCE_UNVERIFIED', `the stored case ${prefix} does not verify: ${list}`);
};

/** Whether BullMQ tries again is said by the error's class. */
const toFailure = async (error: unknown, job: Job<EvidenceJob>, queues: Queues): Promise<Error> => {
  const reason = failureReason(error);
  const retryable = error instanceof WatchpostError ? error.retryable : true;
  const isOurs = error instanceof WatchpostError && error.code !== 'EVIDENCE_UNVERIFIED';
  if (retryable && (isOurs || job.attemptsMade + 1 < ATTEMPTS_ON_UNVERIFIED))
    return new Error(reason, { cause: error });
  // Only where nothing can be saved any more: for every other job set aside the recording is kept.
  if (error instanceof WatchpostError && HOPELESS.has(error.code) && job.id !== undefined)
    await queues.releaseHold(job.id);
  return new UnrecoverableError(reason);
};
