import type { SessionOptions } from './session.ts';
import type { PictureSession } from './shapes.ts';

/**
 * Opens a model with the backend that its entry names. Each backend is loaded only by a thread that runs it.
 * @throws WatchpostError MODEL_LOAD, MODEL_SHAPE
 */
export const openSession = async (options: SessionOptions): Promise<PictureSession> =>
  options.entry.backend === 'tfjs'
    ? (await import('./tfjs-session.ts')).TfjsSession.open(options)
    : (await import('./session.ts')).ModelSession.open(options);
