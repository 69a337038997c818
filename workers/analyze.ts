import { constants, getPriority, setPriority } from 'node:os';
import { isSame } from '../pipeline/config-change.ts';
import type { Config } from '../pipeline/config-schema.ts';
import type { CameraConfig } from '../pipeline/config/camera.ts';
import type { WatchpostError } from '../pipeline/errors.ts';
import { StageHistograms } from '../pipeline/stage-histograms.ts';
import { analyzeCamera } from './analyze-camera.ts';
import { CameraSet } from './camera-set.ts';
import type { ProcessContext } from './context.ts';
import { dataFolder } from './data-folder.ts';
import { openDetectors } from './detector-pool.ts';
import { DetectorWatch } from './detector-watch.ts';
import { FireLink } from './fire-link.ts';
import { LearntPlaces } from './learnt-places.ts';
import { reportProcess } from './process-report.ts';
import { openQueues } from './queue.ts';
import { SignalFeeds } from './signal-feeds.ts';
import { openTracing } from './telemetry/tracing.ts';

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
  const watch = new DetectorWatch();
  context.watchWork?.(() => !watch.hangs);
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
          watch,
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

const analysed = ({ cameras }: Config): CameraConfig[] =>
  cameras.filter(({ enabled, analysis }) => enabled && analysis);
