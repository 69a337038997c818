import type { AnalysedFrame, CameraPipeline } from '../pipeline/camera-pipeline.ts';
import type { Detection } from '../pipeline/detection.ts';
import type { Frame, FrameHeader } from '../pipeline/frame.ts';
import type { HeadReader } from '../pipeline/heads/head-reader.ts';
import type { StageHistograms } from '../pipeline/stage-histograms.ts';

/**
 * One frame through tracker, riders' heads where somebody looks at them, and rules. Frames in order, one at a time.
 * @throws WatchpostError INFERENCE_FAILED when the second model fails; the rules then have not seen the frame
 */
export const analyseFrame = async (
  pipeline: CameraPipeline,
  heads: HeadReader | null,
  frame: FrameHeader & Pick<Frame, 'pixels'>,
  detections: readonly Detection[],
  stages?: Pick<StageHistograms, 'observe'>,
): Promise<AnalysedFrame> => {
  const startedAt = performance.now();
  const tracks = pipeline.track(frame, detections);
  const trackedAt = performance.now();
  const seen = pipeline.readSignals(frame);
  const analysed = pipeline.pushTracks(heads ? { ...seen, heads: await heads.read(frame, tracks) } : seen, tracks);
  stages?.observe('tracking', trackedAt - startedAt);
  stages?.observe('rules', performance.now() - trackedAt);
  return analysed;
};
