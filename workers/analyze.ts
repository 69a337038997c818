import { constants, getPriority, setPriority } from 'node:os';
import type { Redis } from 'ioredis';
import { routeOf } from '../pipeline/alerts/routing.ts';
import type { RunTiming } from '../models/thread-protocol.ts';
import { CameraPipeline } from '../pipeline/camera-pipeline.ts';
import { type CameraConfig, type Config, passagesOf } from '../pipeline/config-schema.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import type { WatchEvent } from '../pipeline/event.ts';
import { type LiveFrame, liveChannel } from '../pipeline/live.ts';
import { MinuteTally, type Tally } from '../pipeline/tally.ts';
import { toZones } from '../pipeline/zone.ts';
import { PassageWatch } from '../pipeline/passages/passage-watch.ts';
import { StageHistograms } from '../pipeline/stage-histograms.ts';
import { CameraSet } from './camera-set.ts';
import { isSame } from '../pipeline/config-change.ts';
import { openLandmarks } from './landmark-files.ts';
import { FireLink } from './fire-link.ts';
import { LearntPlaces } from './learnt-places.ts';
import { CameraAnalyzer, type FrameFate } from './camera-analyzer.ts';
import type { ProcessContext } from './context.ts';
import { dataFolder } from './data-folder.ts';
import { type CameraDetector, openDetectors } from './detector-pool.ts';
import { type ChannelFrame, connectFrames } from './frame-channel.ts';
import { sendConfirmation } from './confirmation-stream.ts';
import { tellFrame } from './frame-trace.ts';
import { machineClock } from './monotonic.ts';
import { reportProcess } from './process-report.ts';
import { provenanceOf } from './provenance.ts';
import { RuleMemoryFile } from './rule-memory.ts';
import { openQueues, type Queues } from './queue.ts';
import { SignalFeeds } from './signal-feeds.ts';
import { sendStatistic, sendTally } from './statistics-stream.ts';
import { openTracing, type TraceLink, type Tracing } from './telemetry/tracing.ts';
import { TrackLog } from './track-log.ts';

/**
 * On a machine that is full, pictures can be left out of the analysis but not out of a recording or a case. Threads that
 * are started later inherit it.
 */
const GIVES_WAY = 5;

/**
 * The analysing process: frames of all cameras through shared detectors, then each camera's own tracker and rules.
 * Events go to the evidence queue, boxes to whoever watches live. Ends by itself when every source has ended.
 * @throws WatchpostError MODEL_*, QUEUE_UNAVAILABLE at the start; INFERENCE_FAILED when an inference thread broke: the process is
 *   to be started again
 */
export const analyze = async (context: ProcessContext): Promise<void> => {
  const { config, redisUrl, log, signal } = context;
  setPriority(Math.min(getPriority() + GIVES_WAY, constants.priority.PRIORITY_LOW));
  const cameras = analysed(config);
  const queues = await openQueues(redisUrl);
  const stages = new StageHistograms();
  const calibration = { file: dataFolder(context.dataDir).calibration, log };
  const broken = new AbortController();
  const onBroken = (error: WatchpostError): void => broken.abort(error);
  const pool = await openDetectors(config, cameras, { live: true, stages, calibration, onBroken });
  const tracing = await openTracing(config.telemetry, { name: 'analyze', worker: context.worker }, log);
  const report = reportProcess({ redis: queues.redis, process: 'analyze', worker: context.worker, stages });
  const atWork: AtWork = new Map();
  context.watchWork?.(() => {
    const now = machineClock.mono();
    return [...atWork.values()].every((startedAt) => now - startedAt < HUNG_DETECTOR_MS);
  });
  const learnt = new LearntPlaces(queues.redis, log);
  await learnt.start();
  const fire = new FireLink(queues.redis, log);
  await fire.start();
  const feeds = new SignalFeeds(queues.redis, log);
  feeds.start();
  log.info({ cameras: cameras.length }, 'analysing');
  try {
    const set = new CameraSet({
      run: (camera, stop) =>
        analyzeCamera({
          context,
          camera,
          queues,
          learnt,
          fire,
          feeds,
          detector: pool.forCamera(camera),
          stages,
          atWork,
          tracing,
          signal: stop,
        }),
      isSame,
      onDefect: (cameraId, err) => log.error({ cameraId, err }, 'analysis of a camera stopped by a defect'),
      signal: AbortSignal.any([signal, broken.signal]),
    });
    context.onReload((changed) => {
      void set
        .update(analysed(changed))
        .then((ids) => log.info({ cameras: ids }, 'configuration read again; these cameras start anew'));
    });
    await set.update(cameras);
    await set.ended();
    broken.signal.throwIfAborted();
  } finally {
    learnt.close();
    fire.close();
    feeds.close();
    await pool.close();
    await tracing?.close();
    await report.close();
    await queues.close();
  }
  if (!signal.aborted) log.info('all sources have ended');
};

/** A detector that takes so long for one frame hangs; the slowest model on the slowest machine takes a tenth of it. */
const HUNG_DETECTOR_MS = 60_000;

/** When each camera's frame was handed to its detector; only frames under work. */
type AtWork = Map<string, number>;

const watched =
  (detect: Detect, cameraId: string, atWork: AtWork): Detect =>
  async (frame) => {
    atWork.set(cameraId, machineClock.mono());
    try {
      return await detect(frame);
    } finally {
      atWork.delete(cameraId);
    }
  };

const analysed = ({ cameras }: Config): CameraConfig[] =>
  cameras.filter(({ enabled, analysis }) => enabled && analysis);

type Detect = CameraDetector['detect'];
type CameraParts = {
  readonly context: ProcessContext;
  readonly camera: CameraConfig;
  readonly queues: Queues;
  readonly learnt: LearntPlaces;
  readonly fire: FireLink;
  readonly feeds: SignalFeeds;
  readonly detector: CameraDetector;
  readonly stages: StageHistograms;
  readonly atWork: AtWork;
  readonly tracing: Tracing | null;
  readonly signal: AbortSignal;
};

const analyzeCamera = async ({
  context,
  camera,
  queues,
  learnt,
  fire,
  feeds,
  detector,
  stages,
  atWork,
  tracing,
  signal,
}: CameraParts): Promise<void> => {
  const { config, dataDir, log, worker, capacity } = context;
  const tracks = new TrackLog(dataDir);
  const complain = onceASecond((error) =>
    log.warn({ cameraId: camera.id, err: error }, 'side-car could not be written'),
  );
  const passages = passagesOf(camera);
  const references = await openLandmarks(dataFolder(dataDir).landmarks(camera.id), log);
  const tally = tallyOf(camera);
  // Analysis never waits for statistics: a minute that ends while Redis is away is missing in them, and nothing else.
  const tellTally = async (minute: Tally | null): Promise<void> => {
    if (minute && queues.redis.status === 'ready') await sendTally(queues.redis, minute).catch(() => undefined);
  };
  const memory = new RuleMemoryFile(dataDir, camera.id, log);
  let current: ChannelFrame | null = null;
  let lastRun: RunTiming | null = null;
  let inferenceMs = 0;
  const analyzer = new CameraAnalyzer({
    detect: watched(
      async (frame) => {
        const detections = await detector.detect(frame);
        lastRun = detector.lastRun();
        inferenceMs = detector.inferenceMs(frame);
        return detections;
      },
      camera.id,
      atWork,
    ),
    openPipeline: async (frame) => {
      detector.attend(true);
      log.info({ cameraId: camera.id, sessionId: frame.sessionId }, 'analysis of a session starts');
      const known = await memory.read();
      return new CameraPipeline({
        camera,
        clock: current!.clock,
        frameSize: frame.letterbox.source,
        provenance: provenanceOf(camera, detector.config, detector.detector, detector.heads),
        timeZone: config.site.timeZone,
        learnt: () => learnt.of(camera.id),
        danger: (now) => fire.danger(now),
        others: () => fire.others(camera.id),
        references,
        told: (signalId) => feeds.of(camera.id, signalId),
        memory: known,
      });
    },
    onMemory: (learntNow) => memory.write(learntNow),
    inferenceMs: () => inferenceMs,
    isDue: ({ ptsMs }) => detector.isDue(ptsMs),
    openHeads: detector.openHeads,
    openPassages: ({ letterbox }) =>
      passages && new PassageWatch({ camera, passages, clock: current!.clock, frameSize: letterbox.source }),
    onPasses: async (passes) => {
      for (const pass of passes) await queues.enqueuePassage(pass);
    },
    onLive: async (live) => {
      publish(queues.redis, live);
      void tellTally(tally?.push(live) ?? null);
      await tracks.append(live).catch(complain);
    },
    onEvents: async (events, trace) => {
      for (const event of events) {
        const startedAt = performance.now();
        await hand(queues, event, trace);
        if (event.disposition === 'case' && routeOf(config.alerts, event.kind))
          await sendConfirmation(queues.redis, event);
        const ms = performance.now() - startedAt;
        stages.observe('enqueue', ms);
        if (trace !== undefined) tellEnqueued(tracing, event, ms, trace);
      }
      for (const { id, kind, ruleId, disposition } of events)
        if (disposition === 'case') log.info({ cameraId: camera.id, eventId: id, kind, ruleId }, 'event');
    },
    onPlumes: (poseId, plumes) => fire.tell({ cameraId: camera.id, poseId, plumes }),
    ...(tracing
      ? {
          onTimes: (frame, times, events) =>
            events.some(({ disposition }) => disposition === 'case') || tracing.draw()
              ? tellFrame(tracing, frame, times, lastRun, machineClock.now())
              : undefined,
        }
      : {}),
    onFate: (_, fate: FrameFate) => current?.settle(fate),
    clock: machineClock,
    stages,
    deadlineMs: () => (current?.live === true ? (camera.analysis?.deadlineMs ?? null) : null),
  });
  const end = async (): Promise<void> => {
    detector.attend(false);
    await analyzer.finish();
    await tellTally(tally?.finish() ?? null);
  };
  for await (const frame of connectFrames({
    ...{ path: dataFolder(dataDir).frameSocket, cameraId: camera.id, signal, worker },
    ...(capacity === null ? {} : { capacity }),
    // Taken over by another worker, or record is gone: what is open ends here.
    onLost: end,
  })) {
    current = frame;
    try {
      await analyzer.push(frame);
    } catch (error) {
      if (!(error instanceof WatchpostError)) throw error;
      log.warn({ cameraId: camera.id, err: error }, 'frame could not be analysed');
      frame.settle('inference-failed');
    }
  }
  await end();
};

/** What adds speeds and crowds up; null where no rule measures either. */
const tallyOf = ({ rules, zones }: CameraConfig): MinuteTally | null => {
  const areas = rules.flatMap((rule) =>
    rule.kind === 'crowding'
      ? { ruleId: rule.id, classes: rule.classes, corners: toZones(zones).get(rule.zone)?.corners ?? [] }
      : [],
  );
  return areas.length > 0 || rules.some(({ kind }) => kind === 'speed') ? new MinuteTally(areas) : null;
};

/** Live boxes are worth nothing a second later: while Redis is away they are dropped, not kept. */
const publish = (redis: Redis, live: LiveFrame): void => {
  if (redis.status === 'ready')
    void redis.publish(liveChannel(live.cameraId), JSON.stringify(live)).catch(() => undefined);
};

const tellEnqueued = (tracing: Tracing | null, { id, kind }: WatchEvent, ms: number, trace: TraceLink): void => {
  const endAt = machineClock.now();
  const attributes = { 'event.id': id, 'event.kind': kind };
  tracing?.tell({ name: 'enqueue', startAt: endAt - ms, endAt, attributes }, [], trace);
};

const hand = (queues: Queues, event: WatchEvent, trace?: TraceLink): Promise<void> =>
  event.disposition === 'case' ? queues.enqueueEvidence(event, trace) : sendStatistic(queues.redis, event);

/** Calls through at most once a second. */
const onceASecond = (tell: (error: unknown) => void): ((error: unknown) => void) => {
  let lastAt = -Infinity;
  return (error) => {
    if (machineClock.mono() - lastAt < 1_000) return;
    lastAt = machineClock.mono();
    tell(error);
  };
};
