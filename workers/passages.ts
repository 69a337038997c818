import { Value } from '@sinclair/typebox/value';
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import { rm } from 'node:fs/promises';
import { constants, getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import type { PlateReader } from '../models/plate-reader.ts';
import type { EvidenceStore } from '../pipeline/evidence-store.ts';
import { type Passage, PASSAGE_QUEUE, VehiclePass } from '../pipeline/passages/passage.ts';
import type { ProcessContext } from './context.ts';
import { dataFolder } from './data-folder.ts';
import { NotReadyError } from './evidence/not-ready.ts';
import { lazyPlateReader } from './evidence/plates.ts';
import { runTool } from './evidence/tool.ts';
import { sendPassage } from './passages/passage-stream.ts';
import { readPassage, unreadPassage } from './passages/read-passage.ts';
import { failureReason, openQueues, type Queues, redisOptions, retryDelayMs } from './queue.ts';
import { openStore } from './storage/open-store.ts';
import { untilAborted } from './until-aborted.ts';

/** Recording, analysis and evidence go first: a passage may come later, a case may not. */
const GIVES_WAY = 10;
/** Vehicles that wait for their turn; of those that come when so many do, only the passage is kept. */
const LONGEST_QUEUE = 2_000;
const POLL_MS = 200;
/** A recording that has not grown for so long is taken as ended. */
const STALLED_MS = 30_000;

/**
 * The process that reads the plates of passing vehicles. Vehicle in, passage out, each once by its id however often it is
 * killed. Returns when the signal fires and the vehicle at hand is done.
 * @throws WatchpostError QUEUE_UNAVAILABLE, FFMPEG_MISSING at the start
 */
export const passages = async (context: ProcessContext): Promise<void> => {
  const { config, dataDir, redisUrl, log, signal } = context;
  setPriority(Math.min(getPriority() + GIVES_WAY, constants.priority.PRIORITY_LOW));
  await runTool('ffmpeg', ['-version'], 'FFMPEG_MISSING');
  const queues = await openQueues(redisUrl);
  const store = openStore(config.evidence.store, dataDir);
  // What a killed process left half done is made again from the recording.
  await rm(workDir(dataDir), { recursive: true, force: true });
  const plates = lazyPlateReader((err) => log.warn({ err }, 'plates are not read'));
  const worker = new Worker<VehiclePass>(
    PASSAGE_QUEUE,
    (job, token) => processJob({ context, queues, store, plateReader: plates.get }, job, token),
    {
      connection: redisOptions(redisUrl),
      // Reading keeps this thread busy: two at a time would only take turns.
      concurrency: 1,
      settings: { backoffStrategy: retryDelayMs },
      lockDuration: 30_000,
      stalledInterval: 5_000,
      maxStalledCount: 3,
    },
  );
  worker.on('error', (error) => log.warn({ err: error }, 'passage queue is not reachable'));
  worker.on('failed', (job, error) =>
    log.warn({ passageId: job?.id, reason: error.message, attempts: job?.attemptsMade }, 'passage could not be read'),
  );
  log.info('passages are read');
  await untilAborted(signal);
  await worker.close();
  await plates.close();
  await queues.close();
  await store.close();
};

const workDir = (dataDir: string): string => join(dataDir, 'passages');

type Parts = {
  readonly context: ProcessContext;
  readonly queues: Queues;
  readonly store: EvidenceStore;
  readonly plateReader: () => Promise<PlateReader | null>;
};

const processJob = async (parts: Parts, job: Job<VehiclePass>, token?: string): Promise<void> => {
  const { context, queues } = parts;
  const pass: unknown = job.data;
  if (!Value.Check(VehiclePass, pass))
    throw new UnrecoverableError(`JOB_MALFORMED: ${Value.Errors(VehiclePass, pass).First()?.message ?? ''}`);
  const startedAt = performance.now();
  try {
    const passage = await read(parts, pass);
    await sendPassage(queues.redis, passage);
    const { id, cameraId, unread } = passage;
    // Plates are personal data: they are in the database, under its rights and retention, and not in logs.
    const ms = Math.round(performance.now() - startedAt);
    context.log.info({ passageId: id, cameraId, read: passage.plate !== null, unread, ms }, 'vehicle passed');
  } catch (error) {
    if (error instanceof NotReadyError) {
      await job.moveToDelayed(Math.max(error.readyAt, Date.now() + POLL_MS), token);
      // Waiting for the recording is no failure and uses up no attempt.
      throw new DelayedError();
    }
    throw new Error(failureReason(error), { cause: error });
  }
};

const read = async ({ context, queues, store, plateReader }: Parts, pass: VehiclePass): Promise<Passage> => {
  if ((await queues.passages.getWaitingCount()) > LONGEST_QUEUE) return unreadPassage(pass, 'overloaded');
  const { dataDir } = context;
  const options = {
    ...{ pass, store, reader: await plateReader() },
    recordingDir: dataFolder(dataDir).camera(pass.cameraId),
    workDir: workDir(dataDir),
  };
  try {
    return await readPassage(options);
  } catch (error) {
    if (error instanceof NotReadyError && Date.now() > error.readyAt + STALLED_MS)
      return readPassage({ ...options, recordingEnded: true });
    throw error;
  }
};
