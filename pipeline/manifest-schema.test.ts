import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ManifestSchema } from './manifest-schema.ts';

const file = fileURLToPath(new URL('../docs/evidence-format.schema.json', import.meta.url));
const fieldsFile = fileURLToPath(new URL('../docs/evidence-format.md', import.meta.url));
const generated = `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...ManifestSchema }, null, 2)}\n`;

test('the published JSON Schema is the one that is checked (delete the file to write it anew)', () => {
  if (!existsSync(file)) writeFileSync(file, generated);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(generated));
});

test('the format’s page names every member of the manifest', () => {
  const page = readFileSync(fieldsFile, 'utf8');
  for (const member of Object.keys(ManifestSchema.properties)) expect(page).toMatch(new RegExp(`\`${member}[.\`[]`));
  for (const member of Object.keys(ManifestSchema.properties.event.properties)) expect(page).toContain(member);
  for (const member of Object.keys(ManifestSchema.properties.clip.properties)) expect(page).toContain(member);
});
