import { readFileSync } from 'node:fs';
import type { Environment } from '../../pipeline/config.ts';
import { WatchpostError } from '../../pipeline/errors.ts';

/**
 * The environment with `NAME` taken from the file that `NAME_FILE` names where `NAME` itself is not set, as secrets come
 * to containers. A file is read only when its name is asked for; its last line break is left out.
 * @throws WatchpostError INPUT_UNREADABLE on asking, with the file and not with what it holds
 */
export const withSecretFiles = (environment: Environment): Environment =>
  new Proxy(environment, {
    get: (target, name) => {
      if (typeof name !== 'string') return undefined;
      const file = target[`${name}_FILE`];
      if (target[name] !== undefined || file === undefined) return target[name];
      try {
        return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
        throw new WatchpostError('INPUT_UNREADABLE', `${name}_FILE: ${file} cannot be read (${code})`, {
          cause: error,
        });
      }
    },
  });
