import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compare } from '../../bin/cli/reconcile.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { sealCase } from './api-harness.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-reconcile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('cases without evidence, evidence without a case and leftovers are told apart', async () => {
  const store = new LocalStore(join(folder, 'objects'));
  for (const id of ['whole', 'waiting', 'gone']) await sealCase(store, id);
  await store.remove('cases/gone/manifest.json');
  await store.put('cases/half/clip.mp4', new Uint8Array(10));
  await store.put('cases/old/manifest.json', new Uint8Array(1));
  const known = (id: string, isErased = false) => ({ id, isHeld: false, isErased });
  const nothing = { lost: [], unannounced: [], unfinished: [], unheld: [], heldOnly: [], unerased: [] };
  expect(await compare([known('gone'), known('nowhere'), known('old', true), known('whole', true)], store)).toEqual({
    ...{ ...nothing, lost: ['gone', 'nowhere'], unannounced: ['waiting'], unfinished: ['half'] },
    ...{ unerased: ['whole'], cases: 4 },
  });
  expect(await compare([], new LocalStore(join(folder, 'empty')))).toEqual({ ...nothing, cases: 0 });
});
