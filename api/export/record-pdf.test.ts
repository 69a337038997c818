import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import type { CaseSummary } from '../contract/cases.ts';
import { clausesOf } from '../law.ts';
import { recordFields } from './record-fields.ts';
import { type RecordOptions, recordCode, recordPdf } from './record-pdf.ts';

const run = promisify(execFile);
const hasTool = (name: string): boolean => existsSync(`/usr/bin/${name}`);
const needs = (name: string): string => (hasTool(name) ? '' : ` [skipped: ${name} is not installed]`);

const ZONE = 'Asia/Ho_Chi_Minh';
const AT = Date.parse('2026-11-21T07:05:09.400+07:00');
const manifest = {
  caseId: 'a1b2c3',
  camera: {
    id: 'gate',
    name: 'Cổng chính',
    place: 'Ngã tư Trần Phú – Nguyễn Thái Học, phường Ba Đình, thành phố Hà Nội',
  },
  clip: { width: 640, height: 360 },
  gaps: [],
  event: {
    ...{ kind: 'no_helmet', triggerAt: AT, clockUncertaintyMs: 250, subjects: [] },
    decision: {
      ...{ ruleId: 'r', ruleKind: 'no_helmet', ruleVersion: '1', geometryHash: '', facts: { class: 'motorcycle' } },
      measurements: [
        { name: 'withoutHelmet', value: 1, unit: 'persons', threshold: 0 },
        { name: 'seen', value: 1.2, unit: 's' },
        { name: 'agreement', value: 96, unit: '%', threshold: 80 },
      ],
    },
  },
} as unknown as EvidenceManifest;
const summary = {
  ...{ id: 'a1b2c3', state: 'confirmed', status: 'verified', subjectClass: 'motorcycle' },
  verdict: { by: 'lan', at: AT + 60_000, reason: null, note: 'rõ ràng' },
} as unknown as CaseSummary;
const SHA = 'ab'.repeat(32);

const options = async (): Promise<RecordOptions> => {
  const jpeg = await sharp({ create: { width: 640, height: 360, channels: 3, background: '#468' } })
    .jpeg()
    .toBuffer();
  return {
    ...{ summary, manifest, manifestSha256: SHA, keyId: '0123456789abcdef', unit: 'Đội CSGT số 1', timeZone: ZONE },
    law: clausesOf(manifest.event, ZONE),
    stills: [-400, 0, 400].map((offsetMs) => ({ offsetMs, jpeg })),
    ...{ printedAt: AT + 120_000, printedBy: 'lan' },
  };
};

describe('the record on paper', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-record-'));
    file = join(folder, 'record.pdf');
    await writeFile(file, await recordPdf(await options()));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.skipIf(!hasTool('pdftotext'))(`holds every field in readable Vietnamese${needs('pdftotext')}`, async () => {
    const { stdout } = await run('pdftotext', ['-layout', file, '-']);
    const text = stdout.normalize('NFC').replaceAll(/\s+/g, ' ');
    for (const words of [
      'BẢN GHI NHẬN HÀNH VI VI PHẠM',
      '07:05, 21/11/2026',
      'giây thứ 09, sai số đồng hồ ± 0,3 giây',
      'xe máy',
      'Ngã tư Trần Phú – Nguyễn Thái Học, phường Ba Đình',
      'Điểm h khoản 2 Điều 7 Nghị định 168/2024/NĐ-CP (mã 16824.7.2.h.01)',
      '400.000 đến 600.000 đồng',
      'Chưa xử phạt',
      'Đội CSGT số 1',
      'trước 0,40 giây',
      SHA,
    ])
      expect(text).toContain(words);
  });

  test.skipIf(!hasTool('pdftotext'))(`embeds its font, so that it prints anywhere${needs('pdffonts')}`, async () => {
    const { stdout } = await run('pdffonts', [file]);
    const fonts = stdout.trim().split('\n').slice(2);
    expect(fonts).toHaveLength(2);
    for (const line of fonts) expect(line).toMatch(/BeVietnamPro.*\byes yes yes\b/);
  });

  test.skipIf(!hasTool('zbarimg') || !hasTool('pdftoppm'))(
    `its code is read back as case, seal and key${needs('zbarimg')}`,
    async () => {
      await run('pdftoppm', ['-r', '150', '-png', '-singlefile', file, join(folder, 'page')]);
      const { stdout } = await run('zbarimg', ['--raw', '-q', join(folder, 'page.png')]);
      expect(stdout.trim()).toBe(recordCode('a1b2c3', SHA, '0123456789abcdef'));
    },
  );

  test('what no camera knows and nobody verified is not made up', async () => {
    const fields = recordFields({
      ...(await options()),
      summary: { ...summary, state: 'pending', verdict: null, status: 'detected' },
      law: clausesOf({ ...manifest.event, kind: 'stop_line' }, ZONE),
    });
    const value = (label: string): string => fields.find((field) => field.label === label)!.value;
    expect(value('Biển kiểm soát')).toMatch(/^…+$/);
    expect(value('Nơi giải quyết vụ việc')).toMatch(/^…+$/);
    expect(value('Người quyết định')).toContain('máy chỉ đề xuất');
    expect(value('Hành vi vi phạm, quy định')).toContain('(chưa kiểm chứng)');
  });

  test('the plate that was read stands in it, and one that a person must read says so', () => {
    const plated = (grade: 'evidence' | 'needs-human-reading', text: string | null): string =>
      recordFields({
        ...{
          summary,
          law: [],
          unit: '',
          timeZone: ZONE,
          settling: { unit: 'Đội CSGT số 2', contact: '02438 123 456' },
        },
        manifest: {
          ...manifest,
          event: { ...manifest.event, subjects: [{ trackId: 3 }] },
          plates: [
            { trackId: 3, text, grade, crop: null },
            { trackId: 9, text: '30A-999.99', grade: 'evidence', crop: null },
          ],
        } as unknown as EvidenceManifest,
      })[0]!.value;
    expect(plated('evidence', '29-A1 123.45')).toBe('29-A1 123.45');
    expect(plated('needs-human-reading', '29-A1 123.45')).toMatch(/^29-A1 123.45 \(.*đối chiếu với ảnh\)$/);
    expect(plated('evidence', null)).toMatch(/^…+$/);
  });
});
