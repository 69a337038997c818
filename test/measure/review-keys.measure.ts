import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AuditList } from '../../api/contract/audit.ts';
import type { CaseDetail } from '../../api/contract/cases.ts';
import { percentile } from '../../benchmarks/statistics.ts';
import { openSite, TestClock } from '../e2e/api-harness.ts';
import { buildPlayer, hasChromium, openBrowser, openPage } from '../e2e/player-browser.ts';
import { actOf, decideAll, sealClips } from '../e2e/review-by-keyboard.ts';
import { report, rounded } from './result.ts';

/*
 * A queue of 200 cases decided by keys alone in a real browser against the real API: from the key that decides to the
 * first picture of the next case's clip on the screen. Every verdict is read back, and the audit counted.
 *     WATCHPOST_OUT=benchmarks/results/review-keys.json npx vitest run --project measure test/measure/review-keys.measure.ts
 * `WATCHPOST_CASES` (200), `WATCHPOST_THINK_MS` (700): how long each case is looked at before the key.
 */
const COMMAND = 'npx vitest run --project measure test/measure/review-keys.measure.ts';
const CASES = Number(process.env['WATCHPOST_CASES'] ?? '200');
const THINK_MS = Number(process.env['WATCHPOST_THINK_MS'] ?? '700');
const MOST_MS = 150;

test.skipIf(!hasChromium)(`${CASES} cases by keyboard`, { timeout: 1_800_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-keys-'));
  const playerDir = join(folder, 'player');
  await buildPlayer(playerDir);
  const clock = new TestClock();
  clock.at = Date.now();
  const site = await openSite({ playerDir, clock });
  const browser = await openBrowser();
  try {
    const officer = await site.person('officer-an', 'officer');
    const ids = await sealClips(site, folder, CASES);
    const base = await site.app.listen({ host: '127.0.0.1', port: 0 });
    const { page, errors } = await openPage(browser, base, { username: 'officer-an', path: '/review' });
    const startedAt = performance.now();
    const waits = await decideAll(page, CASES, THINK_MS);
    const seconds = (performance.now() - startedAt) / 1_000;
    await page.getByText('All done').waitFor();
    let asWanted = 0;
    for (const [index, id] of ids.entries()) {
      const { state, verdict } = (await officer.get(`/api/cases/${id}`)).json<CaseDetail>();
      const act = actOf(index);
      if (state === act.verdict && (verdict?.reason ?? null) === act.reason) asWanted++;
    }
    const audit = (await site.admin.get(`/api/audit?action=case.verdict&limit=500`)).json<AuditList>();
    const result = {
      cases: CASES,
      thinkMs: THINK_MS,
      clip: '1280×720, 8 s, H.264',
      verdictsAsPressed: asWanted,
      auditRows: audit.rows.length,
      seconds: rounded(seconds, 1),
      keyToPictureMs: {
        p50: rounded(percentile(waits, 0.5), 1),
        p95: rounded(percentile(waits, 0.95), 1),
        p99: rounded(percentile(waits, 0.99), 1),
        worst: rounded(Math.max(...waits), 1),
      },
    };
    report('review-keys', COMMAND, result);
    expect(errors).toEqual([]);
    expect(asWanted).toBe(CASES);
    expect(audit.rows).toHaveLength(CASES);
    expect(result.keyToPictureMs.p95).toBeLessThanOrEqual(MOST_MS);
  } finally {
    await browser.close();
    await site.close();
    await rm(folder, { recursive: true, force: true });
  }
});
