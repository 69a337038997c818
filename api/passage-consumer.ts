import { Value } from '@sinclair/typebox/value';
import { Passage, PASSAGES_STREAM } from '../pipeline/passages/passage.ts';
import type { AlertDesk } from './alerts/alert-desk.ts';
import type { ApiContext } from './context.ts';
import type { WatchList } from './contract/passages.ts';
import { consumeStream } from './stream-consumer.ts';

/** The passage that a text holds, or null when it is none. */
export const toPassage = (json: string): Passage | null => {
  try {
    const value: unknown = JSON.parse(json);
    return Value.Check(Passage, value) ? value : null;
  } catch {
    return null;
  }
};

/** Keeps passages as they are read, and tells who must know of one whose plate is on a list. */
export const keepPassages = async (
  context: ApiContext,
  desk: AlertDesk,
  passages: readonly Passage[],
): Promise<void> => {
  const { live, log, metrics, passages: repository, watch } = context;
  const fresh = await repository.add(passages);
  metrics.count('watchpost_passages_kept_total', 'Passages of vehicles that were kept.', fresh.length);
  for (const { cameraId, sessionId, trackId, plate } of fresh)
    if (plate && sessionId !== undefined && trackId !== undefined)
      await live.publishPlate({ cameraId, sessionId, trackId, text: plate.text });
  // All of them, not only the fresh ones: a process that died between the two must not swallow an alert.
  for (const { hit, entry, isFresh } of await watch.match(passages)) {
    const { id, passage_id: passageId, camera_id: cameraId, plate, probability, at } = hit;
    const { list, reason, owner } = entry;
    await desk.announceHit({ hitId: id, cameraId, at, plate, probability, list, reason, owner });
    if (!isFresh) continue;
    metrics.count('watchpost_watch_hits_total', 'Passages that fitted an entry of a watch list.');
    log.info({ hitId: id, passageId, cameraId, list }, 'watch-list hit');
    await live.publishWatch({ hitId: id, passageId, cameraId, plate, at, list: list as WatchList });
  }
};

export const startPassageConsumer = (context: ApiContext, desk: AlertDesk): { close: () => Promise<void> } =>
  consumeStream(context, {
    ...{ name: 'passages', stream: PASSAGES_STREAM, field: 'passage' },
    failed: 'passages could not be stored, trying again',
    take: async (texts) => {
      const passages = texts.flatMap((text) => {
        const passage = toPassage(text);
        if (passage === null)
          context.metrics.count('watchpost_passages_malformed_total', 'Passages that cannot be read.');
        return passage ?? [];
      });
      await keepPassages(context, desk, passages);
    },
  });
