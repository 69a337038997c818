import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditLog } from '../../api/database/audit-log.ts';
import { type Database, openDatabase } from '../../api/database/open-database.ts';
import { environment } from '../../benchmarks/environment.ts';
import { type ChainLink, toChainLink, verifyCase, verifyChain } from '../../pipeline/verify.ts';
import { sealCase } from '../../workers/evidence/seal.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { folderReader } from '../../workers/verify-folder.ts';
import { makeEvent, makeRecording } from './evidence-recorder.ts';

/** 1 is for every day; `WATCHPOST_TAMPERING=100` seals and checks 1,000 cases, flips 1,000 bits and spoils 200 rows. */
const TIMES = Number(process.env['WATCHPOST_TAMPERING'] ?? 1);
const CASES = 10 * TIMES;
const FLIPS = TIMES === 1 ? 200 : 1_000;
const ROWS = TIMES === 1 ? 40 : 200;
/** A folder to seal into, kept: a case that is there is not sealed again, so a long run may be ended and gone on with. */
const KEPT = process.env['WATCHPOST_TAMPERING_DATA'];
/** Sealing one case mostly waits for its ffmpeg. */
const AT_ONCE = 4;
/** Whole numbers are written there as a result of a benchmark. */
const RESULT = process.env['WATCHPOST_RESULT'];

/** Small and repeatable; the quality of the numbers does not matter here [Park and Miller 1988]. */
const randomFrom = (seed: number) => (below: number) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};

let dataDir: string;
let links: ChainLink[];
const found: Record<string, number> = {};
const caseDir = (id: string): string => join(dataDir, 'objects', 'cases', id);
const ids = Array.from({ length: CASES }, (_, index) => `case-${index}`);

beforeAll(async () => {
  dataDir = KEPT ?? (await mkdtemp(join(tmpdir(), 'watchpost-tampering-')));
  const recordingDir = join(dataDir, 'recordings', 'gate');
  if (!existsSync(recordingDir)) await makeRecording(recordingDir, { seconds: 12, size: '192x144' });
  const waiting = ids.entries();
  const seal = async (): Promise<void> => {
    for (const [index, id] of waiting)
      await sealCase({
        ...{ dataDir, recordingDir, store: openStore({ kind: 'local' }, dataDir), software: 'watchpost test' },
        event: makeEvent(id, 4_000 + (index % 40) * 100),
        camera: { id: 'gate', name: 'Cổng trường', place: 'Đường Lê Lợi' },
        evidence: { preRollMs: 1_000, postRollMs: 1_000, maxClipMs: 60_000 },
      });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, seal));
}, 60_000 * TIMES);
afterAll(async () => {
  if (RESULT !== undefined)
    await writeFile(
      RESULT,
      `${JSON.stringify({ scenario: 'tampering', environment: environment(), ...found }, null, 2)}\n`,
    );
  if (KEPT === undefined) await rm(dataDir, { recursive: true, force: true });
});

describe('what was sealed', () => {
  test(
    `of ${CASES} untouched cases none gives an alarm, alone or in their chain`,
    { timeout: 60_000 * TIMES },
    async () => {
      const alarms: string[] = [];
      links = [];
      for (const id of ids) {
        const verification = await verifyCase(folderReader(caseDir(id)));
        for (const { file, problem } of verification.problems) alarms.push(`${id} ${file}: ${problem}`);
        links.push(toChainLink(verification)!);
      }
      // Sealed beside each other, they took their places in the chain in another order.
      links.sort((a, b) => a.index - b.index);
      const { problems, absent } = verifyChain(links);
      expect([alarms, problems, absent]).toEqual([[], [], []]);
      Object.assign(found, { intactCases: CASES, falseAlarms: alarms.length });
    },
  );

  test(
    `each of ${FLIPS} flipped bits over all cases is found in its file, and placed in its part`,
    { timeout: 60_000 * TIMES },
    async () => {
      const random = randomFrom(20_261_121);
      const missed: string[] = [];
      for (let flip = 0; flip < FLIPS; flip++) {
        const reader = folderReader(caseDir(ids[random(CASES)]!));
        const paths = [...(await reader.list())].sort();
        const path = paths[random(paths.length)]!;
        const bytes = Uint8Array.from(await reader.read(path));
        const [at, bit] = [random(bytes.length), random(8)];
        bytes[at]! ^= 1 << bit;
        const { problems } = await verifyCase({
          list: () => reader.list(),
          read: (wanted) => (wanted === path ? Promise.resolve(bytes) : reader.read(wanted)),
        });
        const named = [...new Set(problems.map(({ file }) => file))];
        const range = problems[0]?.range;
        const isPlaced = path.endsWith('.mp4') ? range !== undefined && range.from <= at && at <= range.to : true;
        if (named.length !== 1 || named[0] !== path || !isPlaced) missed.push(`${path} byte ${at}: ${named.join()}`);
      }
      expect(missed).toEqual([]);
      Object.assign(found, { flippedBits: FLIPS, flipsFound: FLIPS - missed.length });
    },
  );

  test(`each of ${ROWS} cases that are left out of or change places in their chain is named`, () => {
    const random = randomFrom(7);
    const missed: string[] = [];
    for (let row = 0; row < ROWS; row++) {
      const at = 1 + random(links.length - 2);
      if (row % 2 === 0) {
        const { absent } = verifyChain(links.filter((_, index) => index !== at));
        if (absent.length !== 1 || absent[0]!.index !== at) missed.push(`dropped ${at}`);
        continue;
      }
      // Somebody gives two cases each other's place.
      const [one, other] = [links[at]!, links[at + 1]!];
      const swapped = links.map((link) =>
        link === one ? { ...link, index: other.index } : link === other ? { ...link, index: one.index } : link,
      );
      const accused = verifyChain(swapped).problems.map(({ file }) => file);
      if (!accused.includes(one.caseId) && !accused.includes(other.caseId)) missed.push(`swapped ${at}`);
    }
    expect(missed).toEqual([]);
    Object.assign(found, { chainPlacesSpoilt: ROWS, chainPlacesFound: ROWS - missed.length });
  });
});

describe('the audit', () => {
  let db: Database;
  beforeAll(async () => {
    await rm(join(dataDir, 'audit.db'), { force: true });
    db = await openDatabase(join(dataDir, 'audit.db'));
  });
  afterAll(() => db.destroy());

  test(`each of ${ROWS} rows that are removed or exchanged is named`, { timeout: 60_000 }, async () => {
    const log = new AuditLog(db);
    const random = randomFrom(11);
    await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        log.record({ at: 1_000 + index, actor: 'lan', action: 'case.viewed', target: `case-${index}` }),
      ),
    );
    const missed: string[] = [];
    for (let row = 0; row < ROWS; row++) {
      const seq = 1 + random(299);
      const rows = await db
        .selectFrom('audit')
        .selectAll()
        .where('seq', 'in', [seq, seq + 1])
        .orderBy('seq')
        .execute();
      const [one, other] = [rows[0]!, rows[1]!];
      await db
        .deleteFrom('audit')
        .where('seq', 'in', [seq, seq + 1])
        .execute();
      // Every second time removed, else in each other's place.
      const put =
        row % 2 === 0
          ? [other]
          : [
              { ...other, seq },
              { ...one, seq: seq + 1 },
            ];
      await db.insertInto('audit').values(put).execute();
      const { intact, brokenAt } = await log.verify();
      if (intact || brokenAt !== seq) missed.push(`row ${seq}: ${brokenAt}`);
      await db
        .deleteFrom('audit')
        .where('seq', 'in', [seq, seq + 1])
        .execute();
      await db.insertInto('audit').values([one, other]).execute();
    }
    expect(missed).toEqual([]);
    expect(await log.verify()).toMatchObject({ intact: true, rows: 300 });
    Object.assign(found, { auditRowsSpoilt: ROWS, auditRowsFound: ROWS - missed.length });
  });
});
