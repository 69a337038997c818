import type { EvidenceManifest } from '../pipeline/evidence.ts';
import { LEARNT_FOR_MS, LEARNT_KEY, type LearntPlace, toLearntPlace } from '../pipeline/fire/learnt.ts';
import type { ApiContext } from './context.ts';

const EVERY_MS = 10_000;
/** More than a desk decides in half a year of bad days; the newest count. */
const LIMIT = 2_000;
const EVERYTHING = { groups: null, kinds: null } as const;

/**
 * What every decided case of smoke or flame teaches, by camera.
 * @param known what was read of manifests, which never change, by case; kept to the cases that are still asked for
 */
export const learntPlaces = async (
  { cases, clock }: Pick<ApiContext, 'cases' | 'clock'>,
  known: Map<string, LearntPlace | null>,
): Promise<Readonly<Record<string, readonly LearntPlace[]>>> => {
  const after = clock.now() - LEARNT_FOR_MS;
  const decided = (await cases.ofKinds(['smoke', 'flame'], { after, limit: LIMIT }, EVERYTHING)).filter(
    ({ state }) => state === 'rejected' || state === 'confirmed',
  );
  const asked = new Set(decided.map(({ id }) => id));
  for (const id of known.keys()) if (!asked.has(id)) known.delete(id);
  const places: Record<string, LearntPlace[]> = {};
  for (const { id, cameraId, state } of decided) {
    if (!known.has(id)) known.set(id, toLearntPlace(JSON.parse(await cases.manifest(id)) as EvidenceManifest, false));
    const place = known.get(id);
    if (place) (places[cameraId] ??= []).push({ ...place, wasFire: state === 'confirmed' });
  }
  return places;
};

/** Hands to the analysis what people decided, again and again: a verdict that is taken back teaches nothing. */
export const startLearntPlaces = (context: ApiContext): { readonly close: () => Promise<void> } => {
  const known = new Map<string, LearntPlace | null>();
  let sent = '';
  let running = Promise.resolve();
  const run = (): void => {
    running = running.then(async () => {
      if (!context.redis.isUp) return;
      const text = JSON.stringify(await learntPlaces(context, known));
      const { commands } = context.redis;
      // Written again when Redis has forgotten it.
      if (text === sent && (await commands.exists(LEARNT_KEY)) === 1) return;
      await commands.set(LEARNT_KEY, text);
      sent = text;
    });
    running = running.catch((error: unknown) =>
      context.log.warn({ err: error }, 'verdicts did not reach the analysis'),
    );
  };
  run();
  const timer = setInterval(run, EVERY_MS);
  return {
    close: async () => {
      clearInterval(timer);
      await running;
    },
  };
};
