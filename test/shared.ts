import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Folder of footage, data sets and reference models; tests that need it skip by name where it is absent. */
export const SHARED = resolve(ROOT, process.env['WATCHPOST_SHARED'] ?? '../shared');

export const sharedFile = (...parts: string[]): string => join(SHARED, ...parts);

/** Whether that file or folder of the shared material is on this machine. */
export const hasShared = (...parts: string[]): boolean => existsSync(sharedFile(...parts));

/** For the names of tests: says what is missing when it is. */
export const needs = (...parts: string[]): string =>
  hasShared(...parts) ? '' : ` [skipped: no ${parts.join('/')} in WATCHPOST_SHARED]`;
