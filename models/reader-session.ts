import { InferenceSession } from 'onnxruntime-node';
import { WatchpostError } from '../pipeline/errors.ts';
import type { ReaderEntry } from './manifest.ts';

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

export const loadError = (entry: ReaderEntry, cause: unknown): WatchpostError =>
  new WatchpostError('MODEL_LOAD', `model "${entry.id}" could not be loaded: ${reasonOf(cause)}`, { cause });

/** A session for a reader of plates, on the calling thread. @throws WatchpostError MODEL_LOAD */
export const openReaderSession = async (
  entry: ReaderEntry,
  file: string,
  threads: number,
): Promise<InferenceSession> => {
  try {
    return await InferenceSession.create(file, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw loadError(entry, cause);
  }
};

/**
 * Reads once, so that a file that does not take what its manifest entry says is refused when it is opened.
 * @throws WatchpostError MODEL_SHAPE; the session is released then
 */
export const tryReader = async (
  session: InferenceSession,
  entry: ReaderEntry,
  read: () => Promise<unknown>,
): Promise<void> => {
  try {
    await read();
  } catch (cause) {
    await session.release();
    throw new WatchpostError('MODEL_SHAPE', `model "${entry.id}" (${entry.file}): ${reasonOf(cause)}`, { cause });
  }
};
