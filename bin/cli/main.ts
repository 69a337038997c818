import { CommanderError } from 'commander';
import { redactUrl, WatchpostError } from '../../pipeline/errors.ts';
import { buildProgram } from './program.ts';

/**
 * Exit codes: 0 done; 1 the answer is no (a case is broken, a check failed); 2 it could not be done
 * (unreadable input, wrong configuration, something missing). Stack traces only with --debug.
 */
const main = async (): Promise<void> => {
  const debug = process.argv.includes('--debug');
  try {
    await buildProgram().parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else {
      const code = error instanceof WatchpostError ? `${error.code}: ` : '';
      const message = error instanceof Error ? error.message : String(error);
      console.error(redactUrl(debug && error instanceof Error ? (error.stack ?? message) : `${code}${message}`));
      process.exitCode = 2;
    }
  }
};

await main();
