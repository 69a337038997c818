import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { toCanonicalJson } from '../pipeline/canonical-json.ts';
import type { Config } from '../pipeline/config-schema.ts';
import type { EvidenceManifest } from '../pipeline/evidence.ts';
import { MINUTE_MS, minuteHash, type MinutesRemoved, type SealedMinute } from '../pipeline/minute-chain.ts';
import type { ChainEntry } from './evidence/chain.ts';
import { dataFolder } from './data-folder.ts';
import { type Hold, HOLDS_KEY } from './queue.ts';
import { replaceFile } from './storage/durable.ts';
import { whenMissing } from './storage/missing-file.ts';
import type { Signer } from './storage/signer.ts';

type Span = { readonly from: number; readonly to: number };

const EVERY_MS = 3_600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Wall-clock spans of the clips of a camera's sealed cases; the register of the chain holds every one ever sealed. */
const readClipSpans = async (chainFolder: string): Promise<readonly Span[]> => {
  const names = (await readdir(chainFolder).catch(whenMissing([]))).filter((name) => name.endsWith('.json'));
  const spans: Span[] = [];
  for (const name of names) {
    const { manifest } = JSON.parse(await readFile(join(chainFolder, name), 'utf8')) as ChainEntry;
    const { clip, clock } = JSON.parse(manifest) as EvidenceManifest;
    for (const { startPtsMs, durationMs } of clip.segments)
      spans.push({ from: clock.anchorAt + startPtsMs, to: clock.anchorAt + startPtsMs + durationMs });
  }
  return spans;
};

/**
 * Removes the minutes of whole days that no case was cut from. A signed line takes the place of a day and bridges the chain,
 * so that a day that somebody else removed still shows. The newest day stays: it is still written.
 * @param options.folder `minutes/<camera>`
 * @param options.chainFolder `chain/<camera>`
 * @param options.before days that ended before this instant may go (epoch ms)
 * @returns the days that were removed
 * @throws WatchpostError SIGNING_UNAVAILABLE
 */
export const trimMinutes = async (options: {
  readonly folder: string;
  readonly chainFolder: string;
  readonly signer: Signer;
  readonly before: number;
  readonly now: number;
}): Promise<readonly string[]> => {
  const { folder, chainFolder, signer, before, now } = options;
  const names = (await readdir(folder).catch(whenMissing([]))).filter((name) => name.endsWith('.ndjson')).sort();
  const removed: string[] = [];
  let spans: readonly Span[] | null = null;
  for (const name of names.slice(0, -1)) {
    const day = name.slice(0, -'.ndjson'.length);
    if (Date.parse(day) + 24 * 60 * MINUTE_MS > before) break;
    const file = join(folder, name);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const minutes = lines.map((line) => JSON.parse(line) as Partial<SealedMinute>);
    const records = minutes.flatMap(({ record }) => (record ? [record] : []));
    const [first, last] = [records[0], records.at(-1)];
    // Removed already.
    if (!first || !last || records.length < lines.length) continue;
    // By what is in the file, not by its name: after a clock was set back they differ.
    const times = records.map(({ minuteAt }) => minuteAt);
    const [from, to] = [Math.min(...times), Math.max(...times) + MINUTE_MS];
    if (to > before) continue;
    spans ??= await readClipSpans(chainFolder);
    // A segment belongs to the minute in which it began.
    if (spans.some((span) => span.from < to && span.to > from)) continue;
    const note: MinutesRemoved = {
      schema: 'watchpost/minutes-removed/1',
      ...{ cameraId: first.cameraId, fromIndex: first.index, toIndex: last.index },
      ...{ previous: first.previous, last: minuteHash(last), removedAt: now },
    };
    const signature = await signer.sign(Buffer.from(toCanonicalJson(note)));
    await replaceFile(file, `${toCanonicalJson({ removed: note, signature })}\n`);
    removed.push(day);
  }
  return removed;
};

/** Trims every camera's minutes once an hour, the first time a minute after the start. */
export const keepMinutes = (options: {
  readonly dataDir: string;
  readonly recording: Config['recording'];
  readonly signer: Signer;
  readonly redis: Redis;
  readonly log: Logger;
}): { readonly close: () => void } => {
  const { dataDir, recording, signer, redis, log } = options;
  const folder = dataFolder(dataDir);
  const trim = async (): Promise<void> => {
    const cameras = await readdir(join(dataDir, 'minutes')).catch(whenMissing([]));
    if (cameras.length === 0) return;
    // A case may still be cut from what is held; without Redis nobody knows, and nothing is removed.
    const holds = Object.values(await redis.hgetall(HOLDS_KEY)).map((text) => JSON.parse(text) as Hold);
    const now = Date.now();
    const keepMs = Math.max(recording.keepMinutesDays * DAY_MS, recording.keepHours * HOUR_MS + DAY_MS);
    for (const id of cameras) {
      if (holds.some(({ cameraId }) => cameraId === id)) continue;
      const place = { folder: folder.minutes(id), chainFolder: join(folder.chain, id) };
      const days = await trimMinutes({ ...place, signer, before: now - keepMs, now });
      if (days.length > 0) log.info({ cameraId: id, days }, 'sealed minutes of days without a case removed');
    }
  };
  const run = (): void => void trim().catch((err: unknown) => log.warn({ err }, 'sealed minutes could not be trimmed'));
  // Not at once: Redis is only being reached.
  const first = setTimeout(run, MINUTE_MS);
  const timer = setInterval(run, EVERY_MS);
  return {
    close: () => {
      clearTimeout(first);
      clearInterval(timer);
    },
  };
};
