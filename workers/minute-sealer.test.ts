import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EvidenceManifest } from '../pipeline/evidence.ts';
import { type SealedMinute, verifyMinutes } from '../pipeline/minute-chain.ts';
import type { SegmentRecord } from '../pipeline/segment.ts';
import { readMinuteLines } from './read-minutes.ts';
import { trimMinutes } from './minute-retention.ts';
import { MinuteSealer } from './minute-sealer.ts';
import { openSigner } from './storage/signer.ts';

const DAY_AT = Date.UTC(2026, 10, 21, 23, 58, 0);
let data: string;
let folder: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'watchpost-minutes-'));
  folder = join(data, 'minutes', 'gate');
});
afterEach(() => rm(data, { recursive: true, force: true }));

const segment = (sequence: number): SegmentRecord => ({
  ...{ cameraId: 'gate', sessionId: 's1', sequence, file: `${sequence}.m4s`, startPtsMs: sequence * 20_000 },
  ...{ durationMs: 20_000, startAt: DAY_AT + sequence * 20_000, bytes: 1, startsWithKeyframe: true },
  sha256: sequence.toString(16).padStart(64, '0'),
});
const sealer = (): MinuteSealer =>
  new MinuteSealer({
    folder,
    signer: openSigner(join(data, 'keys')),
    cameraId: 'gate',
    log: pino({ level: 'silent' }),
  });
const record = async (from: number, to: number): Promise<void> => {
  const one = sealer();
  for (let sequence = from; sequence < to; sequence++) one.add(segment(sequence));
  await one.close();
};
const minutes = async (): Promise<SealedMinute[]> =>
  (await readMinuteLines(folder)).map(({ text }) => JSON.parse(text) as SealedMinute);
const cut = (...sequences: number[]): Pick<EvidenceManifest, 'caseId' | 'clip' | 'clock'> => ({
  caseId: 'case-1',
  clip: { segments: sequences.map(segment) } as unknown as EvidenceManifest['clip'],
  clock: { sessionId: 's1' } as EvidenceManifest['clock'],
});

describe('the minutes of a recording', () => {
  test('are sealed one by one over midnight, and verify', async () => {
    await record(0, 10);
    expect(await readdir(folder)).toEqual(['2026-11-21.ndjson', '2026-11-22.ndjson']);
    expect((await minutes()).map(({ record: { index, segments } }) => [index, segments.length])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
      [3, 1],
    ]);
    expect(verifyMinutes(await readMinuteLines(folder), [cut(2, 3, 9)])).toEqual({
      ...{ records: 4, segments: 10, removed: 0, problems: [] },
    });
  });

  test('go on after a restart in the same minute, and after a line that was cut off', async () => {
    await record(0, 4);
    await appendFile(join(folder, '2026-11-21.ndjson'), '{"record":{"cam');
    await record(4, 8);
    const { records, problems } = verifyMinutes(await readMinuteLines(folder));
    expect([records, problems]).toEqual([4, []]);
  });

  test('a changed segment hash, a dropped and an exchanged minute are each named by their line', async () => {
    await record(0, 12);
    const lines = await readMinuteLines(folder);
    const places = (changed: typeof lines): string[] => [
      ...new Set(verifyMinutes(changed).problems.map(({ place }) => place)),
    ];
    const hash = segment(4).sha256;
    const forged = lines.map((line) => ({ ...line, text: line.text.replace(hash, hash.replace(/.$/, 'f')) }));
    expect(places(forged)).toEqual([lines[1]!.place, lines[2]!.place]);
    expect(places(lines.filter((_, index) => index !== 1))).toEqual([lines[2]!.place]);
    expect(places([lines[0]!, lines[2]!, lines[1]!, lines[3]!])).toContain(lines[2]!.place);
  });

  test('a case cut from a segment that was not recorded so is named', async () => {
    await record(0, 6);
    const foreign = cut(1, 2);
    const forged = {
      ...foreign,
      clip: { ...foreign.clip, segments: [segment(1), { ...segment(2), sha256: 'f'.repeat(64) }] },
    };
    expect(verifyMinutes(await readMinuteLines(folder), [forged]).problems).toEqual([
      { place: 'case-1', problem: 'segment 2.m4s was not sealed when it was recorded' },
    ]);
  });

  test('a folder that cannot be written holds nothing up, and the minute is sealed with the next', async () => {
    const one = sealer();
    await writeFile(join(data, 'minutes'), 'in the way');
    for (let sequence = 0; sequence < 4; sequence++) one.add(segment(sequence));
    await one.close();
    await rm(join(data, 'minutes'));
    for (let sequence = 4; sequence < 8; sequence++) one.add(segment(sequence));
    await one.close();
    const { segments, problems } = verifyMinutes(await readMinuteLines(folder));
    expect([segments, problems]).toEqual([8, []]);
    expect(await readFile(join(folder, '2026-11-21.ndjson'), 'utf8')).toMatch(/\n$/);
  });
});

describe('minutes past their time', () => {
  const NEXT_WEEK = DAY_AT + 7 * 86_400_000;
  const trim = (): Promise<readonly string[]> =>
    trimMinutes({
      ...{ folder, chainFolder: join(data, 'chain', 'gate'), signer: openSigner(join(data, 'keys')) },
      ...{ before: NEXT_WEEK, now: NEXT_WEEK },
    });
  /** Three days: two minutes before midnight, a day later, two days later. */
  const recordThreeDays = async (): Promise<void> => {
    await record(0, 3);
    await record(4_320, 4_323);
    await record(8_640, 8_643);
  };
  const sealedFrom = async (...sequences: number[]): Promise<void> => {
    const segments = sequences.map(segment);
    const manifest = JSON.stringify({ clip: { segments }, clock: { anchorAt: DAY_AT } });
    await mkdir(join(data, 'chain', 'gate'), { recursive: true });
    await writeFile(join(data, 'chain', 'gate', '00000000.json'), JSON.stringify({ manifest }));
  };

  test('go by whole days, the newest stays, and the chain is bridged and goes on', async () => {
    await recordThreeDays();
    expect(await trim()).toEqual(['2026-11-21', '2026-11-22']);
    expect(await trim()).toEqual([]);
    await record(8_643, 8_646);
    expect(verifyMinutes(await readMinuteLines(folder))).toMatchObject({ records: 2, removed: 2, problems: [] });
  });

  test('stay while there is a case that was cut from them', async () => {
    await recordThreeDays();
    await sealedFrom(4_321);
    expect(await trim()).toEqual(['2026-11-21']);
    expect(verifyMinutes(await readMinuteLines(folder), [cut(4_321)])).toMatchObject({ removed: 1, problems: [] });
  });

  test('all stay while the register of sealed cases cannot be read', async () => {
    await recordThreeDays();
    await mkdir(join(data, 'chain'), { recursive: true });
    await symlink(join(data, 'chain', 'gate'), join(data, 'chain', 'gate'));
    await expect(trim()).rejects.toMatchObject({ code: 'ELOOP' });
    expect(verifyMinutes(await readMinuteLines(folder))).toMatchObject({ removed: 0, problems: [] });
  });

  test('that are younger stay', async () => {
    await recordThreeDays();
    const options = { folder, chainFolder: join(data, 'chain', 'gate'), signer: openSigner(join(data, 'keys')) };
    expect(await trimMinutes({ ...options, before: DAY_AT, now: NEXT_WEEK })).toEqual([]);
  });

  test('that somebody else removed, or whose note was changed, are still named', async () => {
    await recordThreeDays();
    await trim();
    const lines = await readMinuteLines(folder);
    expect(verifyMinutes(lines.filter((_, index) => index !== 1)).problems).toMatchObject([{ place: lines[2]!.place }]);
    const forged = lines.map((line, index) =>
      index === 1 ? { ...line, text: line.text.replace('"removedAt":', '"removedAt":1') } : line,
    );
    expect(verifyMinutes(forged).problems).toMatchObject([{ place: lines[1]!.place }]);
  });
});
