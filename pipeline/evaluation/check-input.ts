import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { WatchpostError } from '../errors.ts';

/**
 * JSON text as a value of that schema; keys it does not name are allowed.
 * @param where file, or file and line, for messages
 * @throws WatchpostError INPUT_UNREADABLE
 */
export const parseJsonAs = <T extends TSchema>(schema: T, text: string, where: string): Static<T> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new WatchpostError('INPUT_UNREADABLE', `${where}: not JSON: ${problem}`, { cause: error });
  }
  const fault = Value.Errors(schema, value).First();
  if (fault) {
    const found = `found ${JSON.stringify(fault.value)}`.slice(0, 66);
    throw new WatchpostError('INPUT_UNREADABLE', `${where}: ${fault.path || '/'}: ${fault.message}, ${found}`);
  }
  return value;
};
