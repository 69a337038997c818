import type { ProcessContext } from '../../workers/context.ts';
import { analysisLetterbox } from '../../workers/detector-pool.ts';
import { record } from '../../workers/record.ts';

/** The recording process, told by the model manifest how each camera's analysis frames must look. */
export const recordProcess = (context: ProcessContext): Promise<void> =>
  record(context, { letterbox: (camera, source) => analysisLetterbox(context.config, camera, source) });
