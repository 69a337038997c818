import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts'));

test.each(files)('%s imports nothing from outside this folder, which can be published by itself', (name) => {
  const text = readFileSync(join(import.meta.dirname, name), 'utf8');
  const imported = Array.from(
    text.matchAll(/(?:^import |\bfrom |\bimport\()'([^']+)'/gm),
    ([, specifier = '']) => specifier,
  );
  const own = name.endsWith('.test.ts') ? /^(\.\/|vitest$|node:)/ : /^\.\//;
  expect(imported.filter((specifier) => !own.test(specifier) || specifier.includes('../'))).toEqual([]);
});
