import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { redactUrl } from '../../pipeline/errors.ts';
import type { CameraState } from '../../pipeline/live.ts';
import type { RecordingGap } from '../../pipeline/segment.ts';
import { whenMissing } from '../../workers/storage/missing-file.ts';
import type { CameraCoverage } from '../contract/statistics.ts';

type Gap = Pick<RecordingGap, 'fromAt' | 'toAt' | 'cause'>;
export type Span = { readonly after: number; readonly before: number };

/** What one camera's folder says of its recording; all instants epoch ms. */
export type RecordingAccount = {
  /** Start of the oldest session or gap that is still written down; null when there is none. */
  readonly knownFrom: number | null;
  readonly gaps: readonly Gap[];
};

/** `20261121T071530123Z`, the name of a session's folder. */
const SESSION = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/;

const sessionStart = (name: string): number | null => {
  const match = SESSION.exec(name);
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
};

const toGap = (line: string): Gap[] => {
  try {
    const { fromAt, toAt, cause } = JSON.parse(line) as RecordingGap;
    return Number.isFinite(fromAt) ? [{ fromAt, toAt, cause: redactUrl(cause) }] : [];
  } catch {
    // The last line may have been cut off by a crash.
    return [];
  }
};

/** Reads a camera's folder; one that is not there holds nothing. */
export const readAccount = async (folder: string): Promise<RecordingAccount> => {
  const names = await readdir(folder).catch(whenMissing([]));
  const text = await readFile(join(folder, 'gaps.ndjson'), 'utf8').catch(whenMissing(''));
  const gaps = text.split('\n').filter(Boolean).flatMap(toGap);
  const starts = [...names.flatMap((name) => sessionStart(name) ?? []), ...gaps.map(({ fromAt }) => fromAt)];
  return { knownFrom: starts.length === 0 ? null : Math.min(...starts), gaps };
};

/** The gap that a camera without a picture is in. */
export const lastingGap = ({ state, cause, since }: Pick<CameraState, 'state' | 'cause' | 'since'>): Gap | null =>
  state === 'blind' ? { fromAt: since, toAt: null, cause: cause ?? 'NOT_REPORTED' } : null;

/**
 * How much of a span was recorded.
 * @param lasting a gap that has begun and not ended, e.g. the camera is blind now
 */
export const toCoverage = (
  cameraId: string,
  { knownFrom, gaps }: RecordingAccount,
  lasting: Gap | null,
  { after, before }: Span,
): CameraCoverage => {
  const all = [...gaps, ...(lasting ? [lasting] : [])]
    .filter(({ fromAt, toAt }) => fromAt < before && (toAt ?? before) > after)
    .sort((a, b) => a.fromAt - b.fromAt);
  const from = knownFrom === null ? before : Math.max(after, knownFrom);
  let lostMs = 0;
  let reachedAt = from;
  // Gaps may overlap: a restart within an outage is written down twice.
  for (const { fromAt, toAt } of all) {
    const end = Math.min(toAt ?? before, before);
    lostMs += Math.max(0, end - Math.max(fromAt, reachedAt));
    reachedAt = Math.max(reachedAt, end);
  }
  const wholeMs = before - from;
  return { cameraId, knownFrom, share: wholeMs > 0 ? 1 - lostMs / wholeMs : null, gaps: all };
};
