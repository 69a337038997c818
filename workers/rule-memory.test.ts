import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { drawnFrame } from '../test/drawn-frame.ts';
import { CameraPipeline } from '../pipeline/camera-pipeline.ts';
import { systemClock } from '../pipeline/clock.ts';
import { parseConfig } from '../pipeline/config.ts';
import type { CameraMemory } from '../pipeline/rules/memory.ts';
import { CameraAnalyzer } from './camera-analyzer.ts';
import { dataFolder } from './data-folder.ts';
import { RuleMemoryFile } from './rule-memory.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'watchpost-learnt-'));
afterAll(() => rm(dataDir, { recursive: true, force: true }));
const told: string[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => void told.push(line) });
const file = (cameraId: string): RuleMemoryFile => new RuleMemoryFile(dataDir, cameraId, log);
const memory: CameraMemory = { version: 1, rules: { stalls: { key: 'k', learnt: [1, 2] } } };

describe('what the rules of a camera have learnt, kept in a file', () => {
  test('is read as it was written, and nothing else is left beside it', async () => {
    expect(await file('gate').read()).toBeNull();
    await file('gate').write(memory);
    expect(await file('gate').read()).toEqual(memory);
    expect(readdirSync(dirname(dataFolder(dataDir).learnt('gate')))).toEqual(['gate.json']);
  });

  test.each([
    ['cut off', '{"version":1,"ru'],
    ['of a later version', '{"version":2,"rules":{}}'],
  ])('a file that is %s is told and learnt anew, not fatal', async (_, text) => {
    await file('yard').write(memory);
    writeFileSync(dataFolder(dataDir).learnt('yard'), text);
    told.length = 0;
    expect(await file('yard').read()).toBeNull();
    expect(told.join('')).toContain('cannot be read');
  });

  test('a folder that cannot be written costs a warning, not the analysis', async () => {
    writeFileSync(join(dataDir, 'a-file'), '');
    told.length = 0;
    await new RuleMemoryFile(join(dataDir, 'a-file'), 'gate', log).write(memory);
    expect(told.join('')).toContain('could not be kept');
  });

  test('a camera that connects again goes on with what its rules had learnt', async () => {
    const text = `
version: 1
detectors: { road: { model: road } }
cameras:
  - id: market
    source: { url: rtsp://camera/1 }
    analysis: { detector: road }
    zones: { square: [[0, 0], [1, 0], [1, 1], [0, 1]] }
    rules: [{ id: crowd, kind: crowding, zone: square, raiseCount: 6 }]
`;
    const config = parseConfig(text, {}, 'memory.yml');
    const camera = config.cameras[0]!;
    const size = { width: 640, height: 360 };
    const given: (CameraMemory | null)[] = [];
    let mono = 0;
    const analyzer = new CameraAnalyzer({
      detect: () => Promise.resolve([]),
      openPipeline: async ({ sessionId }) => {
        const known = await file('market').read();
        given.push(known);
        return new CameraPipeline({
          camera,
          clock: { sessionId, anchorAt: 0, source: 'given', uncertaintyMs: 0 },
          frameSize: size,
          provenance: { softwareVersion: '', configHash: '', models: [] },
          timeZone: config.site.timeZone,
          memory: known,
        });
      },
      onMemory: (learnt) => file('market').write(learnt),
      onLive: () => Promise.resolve(),
      onEvents: () => Promise.resolve(),
      onFate: () => undefined,
      clock: { ...systemClock, mono: () => mono },
      deadlineMs: () => null,
    });
    const watch = async (sessionId: string, untilMs: number): Promise<void> => {
      const frame = drawnFrame(size, { width: 64, height: 36 }, () => [90, 90, 90]);
      for (let ptsMs = 0; ptsMs <= untilMs; ptsMs += 1_000, mono += 1_000)
        await analyzer.push({ ...frame, sessionId, cameraId: 'market', ptsMs, capturedAt: ptsMs });
    };
    await watch('one', 61_000);
    // Killed here, the minute would be kept; this session goes on.
    const kept = readFileSync(dataFolder(dataDir).learnt('market'), 'utf8');
    expect(kept).toContain('"ms":60000');
    await watch('two', 30_000);
    await analyzer.finish();
    expect(given).toEqual([null, expect.objectContaining({ version: 1 })]);
    expect(readFileSync(dataFolder(dataDir).learnt('market'), 'utf8')).toContain('"ms":91000');
  });
});
