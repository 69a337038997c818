import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { withSecretFiles } from '../../api/setup/secret-files.ts';
import type { Config } from '../../pipeline/config-schema.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { WatchpostError } from '../../pipeline/errors.ts';

export type LoadedConfig = { readonly config: Config; readonly file: string; readonly folder: string };

/** Reads a configuration file. @throws WatchpostError INPUT_UNREADABLE, CONFIG_* */
export const loadConfig = (file: string): LoadedConfig => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new WatchpostError(
      'INPUT_UNREADABLE',
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}); give a file with --config, or copy config.example.yml`,
      { cause: error },
    );
  }
  const config = parseConfig(text, withSecretFiles(process.env), file);
  return { config, file: resolve(file), folder: dirname(resolve(file)) };
};
