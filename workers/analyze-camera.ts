import type { Redis } from 'ioredis';
import type { RunTiming } from '../models/thread-protocol.ts';
import { CameraPipeline } from '../pipeline/camera-pipeline.ts';
import { type CameraConfig, passagesOf } from '../pipeline/config/camera.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import { type LiveFrame, liveChannel } from '../pipeline/live.ts';
import { PassageWatch } from '../pipeline/passages/passage-watch.ts';
import type { StageHistograms } from '../pipeline/stage-histograms.ts';
import { MinuteTally, type Tally } from '../pipeline/tally.ts';
import { toZones } from '../pipeline/zone.ts';
import { CameraAnalyzer, type FrameFate } from './camera-analyzer.ts';
import type { ProcessContext } from './context.ts';
import { dataFolder } from './data-folder.ts';
import type { CameraDetector } from './detector-pool.ts';
import type { DetectorWatch } from './detector-watch.ts';
import { EventOutlet } from './event-outlet.ts';
import type { FireLink } from './fire-link.ts';
import { type ChannelFrame, connectFrames } from './frame-channel.ts';
import { tellFrame } from './frame-trace.ts';
import { openLandmarks } from './landmark-files.ts';
import type { LearntPlaces } from './learnt-places.ts';
import { machineClock } from './monotonic.ts';
import { provenanceOf } from './provenance.ts';
import type { Queues } from './queue.ts';
import { RuleMemoryFile } from './rule-memory.ts';
import type { SignalFeeds } from './signal-feeds.ts';
import { sendTally } from './statistics-stream.ts';
import type { Tracing } from './telemetry/tracing.ts';
import { TrackLog } from './track-log.ts';

/** What the cameras of one analysing process share, and the one camera that is analysed. */
export type CameraParts = {
  readonly context: ProcessContext;
  readonly camera: CameraConfig;
  readonly queues: Queues;
  readonly learnt: LearntPlaces;
  readonly fire: FireLink;
  readonly feeds: SignalFeeds;
  readonly detector: CameraDetector;
  readonly stages: StageHistograms;
  readonly watch: DetectorWatch;
  readonly tracing: Tracing | null;
  readonly signal: AbortSignal;
};

/**
 * Analyses one camera until its source has ended or the signal fires: frames from the recorder through the detector, its
 * own tracker and rules; a session of the source is a pipeline of its own. A frame that cannot be analysed is counted
 * and costs no other.
 */
export const analyzeCamera = async ({
  context,
  camera,
  queues,
  learnt,
  fire,
  feeds,
  detector,
  stages,
  watch,
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
  const outlet = new EventOutlet({ config, queues, stages, tracing, log });
  const memory = new RuleMemoryFile(dataDir, camera.id, log);
  let current: ChannelFrame | null = null;
  let lastRun: RunTiming | null = null;
  let inferenceMs = 0;
  const analyzer = new CameraAnalyzer({
    detect: (frame) =>
      watch.during(camera.id, async () => {
        const detections = await detector.detect(frame);
        lastRun = detector.lastRun();
        inferenceMs = detector.inferenceMs(frame);
        return detections;
      }),
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
    onEvents: (events, trace) => outlet.tell(events, trace),
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

/** Calls through at most once a second. */
const onceASecond = (tell: (error: unknown) => void): ((error: unknown) => void) => {
  let lastAt = -Infinity;
  return (error) => {
    if (machineClock.mono() - lastAt < 1_000) return;
    lastAt = machineClock.mono();
    tell(error);
  };
};
