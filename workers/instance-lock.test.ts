import { mkdtempSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockDataFolder } from './instance-lock.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'watchpost-lock-'));

describe('data folder lock', () => {
  test('a second system on the same folder is refused with the process that holds it', () => {
    const dataDir = folder();
    lockDataFolder(dataDir);
    expect(() => lockDataFolder(dataDir)).toThrow(`in use by process ${process.pid}`);
  });

  test('a lock left by a crashed process is taken over', () => {
    const dataDir = folder();
    mkdirSync(join(dataDir, 'run'));
    writeFileSync(join(dataDir, 'run', 'up.pid'), '999999999');
    expect(() => lockDataFolder(dataDir)).not.toThrow();
  });

  test('after release the folder can be used again', () => {
    const dataDir = folder();
    lockDataFolder(dataDir)();
    expect(() => lockDataFolder(dataDir)).not.toThrow();
  });
});
