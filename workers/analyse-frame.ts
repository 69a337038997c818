import type { AnalysedFrame, CameraPipeline } from '../pipeline/camera-pipeline.ts';
import type { Detection } from '../pipeline/detection.ts';
import type { Frame, FrameHeader } from '../pipeline/frame.ts';
import type { HeadReader } from '../pipeline/heads/head-reader.ts';

/**
 * One frame through tracker, riders' heads where somebody looks at them, and rules. Frames in order, one at a time.
 * @throws WatchpostError INFERENCE_FAILED when the second model fails; the rules then have not seen the frame
 */
export const analyseFrame = async (
  pipeline: CameraPipeline,
  heads: HeadReader | null,
  frame: FrameHeader & Pick<Frame, 'pixels'>,
  detections: readonly Detection[],
): Promise<AnalysedFrame> => {
  if (!heads) return pipeline.push(frame, detections);
  const tracks = pipeline.track(frame, detections);
  const readings = await heads.read(frame, tracks);
  return pipeline.pushTracks({ ...pipeline.readSignals(frame), heads: readings }, tracks);
};
