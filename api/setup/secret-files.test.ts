import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../pipeline/config.ts';
import { withSecretFiles } from './secret-files.ts';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchpost-secret-'));
  file = join(folder, 'secret');
  writeFileSync(file, 'sixteen-characters\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('secrets in files', () => {
  const text = `version: 1
alerts: { channels: [{ id: a, kind: webhook, url: "https://a.example", secret: "\${KEY}" }] }`;

  test('a name is read from the file that NAME_FILE names, without the line break', () => {
    const { channels } = parseConfig(text, withSecretFiles({ KEY_FILE: file })).alerts;
    expect(channels[0]).toMatchObject({ secret: 'sixteen-characters' });
  });

  test('the name itself goes before its file, and files nobody asks for are not read', () => {
    const environment = withSecretFiles({ KEY: 'another-of-sixteen', KEY_FILE: file, OTHER_FILE: '/nowhere' });
    expect(parseConfig(text, environment).alerts.channels[0]).toMatchObject({ secret: 'another-of-sixteen' });
  });

  test('a file that is not there is named', () => {
    expect(() => parseConfig(text, withSecretFiles({ KEY_FILE: join(folder, 'gone') }))).toThrow(
      /KEY_FILE: .*gone cannot be read \(ENOENT\)/,
    );
  });
});
