import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAccount, toCoverage } from './coverage.ts';

const HOUR = 3_600_000;
const span = { after: 0, before: 10 * HOUR };
const gap = (fromHour: number, toHour: number | null, cause = 'SOURCE_STALLED') => ({
  fromAt: fromHour * HOUR,
  toAt: toHour === null ? null : toHour * HOUR,
  cause,
});

test('a camera without gaps was recorded the whole time', () => {
  expect(toCoverage('gate', { knownFrom: -HOUR, gaps: [] }, null, span).share).toBe(1);
});

test('gaps that overlap are lost once, and one that reaches out of the span counts only inside', () => {
  const gaps = [gap(1, 3), gap(2, 4), gap(9, 12), gap(-5, -1)];
  const found = toCoverage('gate', { knownFrom: -6 * HOUR, gaps }, null, span);
  expect(found.share).toBeCloseTo(0.6);
  expect(found.gaps).toHaveLength(3);
});

test('a gap that lasts counts until the end of the span', () => {
  const found = toCoverage('gate', { knownFrom: 0, gaps: [] }, gap(8, null), span);
  expect(found.share).toBeCloseTo(0.8);
  expect(found.gaps[0]).toMatchObject({ toAt: null });
});

test('the share is of the time that is known, and nothing is said of a camera that was never recorded', () => {
  expect(toCoverage('gate', { knownFrom: 5 * HOUR, gaps: [gap(5, 6)] }, null, span).share).toBeCloseTo(0.8);
  expect(toCoverage('gate', { knownFrom: null, gaps: [] }, null, span).share).toBeNull();
});

test('the account is read from the names of sessions and the lines of gaps, a broken last line left out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-coverage-'));
  await mkdir(join(folder, '20261121T071530123Z'));
  await mkdir(join(folder, 'not-a-session'));
  await writeFile(
    join(folder, 'gaps.ndjson'),
    `${JSON.stringify({ cameraId: 'gate', ...gap(495_000, 495_001, 'rtsp://u:secret@10.0.0.2/1 failed') })}\n{"fromA`,
  );
  const account = await readAccount(folder);
  expect(account.gaps).toHaveLength(1);
  expect(account.gaps[0]?.cause).not.toContain('secret');
  expect(account.knownFrom).toBe(Math.min(Date.parse('2026-11-21T07:15:30.123Z'), 495_000 * HOUR));
  await rm(folder, { recursive: true });
});
