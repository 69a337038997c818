import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

/** JSON that another process left in Redis; null for what is not of that shape: what cannot be read is not known. */
export const readJson = <T extends TSchema>(schema: T, text: string | null): Static<T> | null => {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return Value.Check(schema, value) ? value : null;
  } catch {
    return null;
  }
};
