import type { Logger } from 'pino';
import type { Config } from '../pipeline/config-schema.ts';

/** What every process of the product is given by its entry point. */
export type ProcessContext = {
  readonly config: Config;
  /** Folder of the configuration file: relative source paths start here. */
  readonly configDir: string;
  /** The configuration file itself. */
  readonly configFile: string;
  readonly dataDir: string;
  /** Redis address: `redis://…`, or the path of a Unix socket. */
  readonly redisUrl: string;
  /** Name among processes of its kind; also of its log. */
  readonly worker: string;
  /** Cameras that an analysing worker takes at most; null: no limit. */
  readonly capacity: number | null;
  /** Calls back with the configuration when it was read anew (SIGHUP); only its cameras may have changed. */
  readonly onReload: (listener: (config: Config) => void) => void;
  /** Takes a question whether the process still works, beside that its event loop turns; asked every 2 s. */
  readonly watchWork?: (works: () => boolean) => void;
  readonly log: Logger;
  /** Fires when the process should stop; what it holds is then brought to a safe end within 10 s. */
  readonly signal: AbortSignal;
};
