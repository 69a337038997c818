import type { TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { Value } from '@sinclair/typebox/value';
import type { FastifyInstance } from 'fastify';
import { WatchpostError } from '../../pipeline/errors.ts';

const PART: Record<string, string> = { body: 'body', querystring: 'query', params: 'path', headers: 'headers' };

/**
 * Neither database keeps U+0000 or half a surrogate pair as it came: PostgreSQL refuses the one, SQLite gives back
 * other text than it was given, and a row of the audit would no longer fit its own hash.
 */
const isStorable = (value: unknown): boolean => {
  if (typeof value === 'string') return !/\0|\p{Surrogate}/u.test(value);
  if (Array.isArray(value)) return value.every(isStorable);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member));
  return true;
};

/**
 * Requests are checked by the contract's TypeBox schemas themselves. Query and path are text, so numbers are read from
 * them; a body is JSON and must have the right types. Unknown members are refused, not dropped.
 */
export const registerValidation = (app: FastifyInstance): void => {
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const check = TypeCompiler.Compile(schema);
    return (input: unknown) => {
      const value = httpPart === 'body' ? input : Value.Default(schema, Value.Convert(schema, input));
      if (!isStorable(value))
        return {
          error: new WatchpostError(
            'REQUEST_INVALID',
            `${PART[httpPart ?? ''] ?? 'request'}: text holds a character that cannot be stored (U+0000 or half a surrogate pair)`,
          ),
        };
      if (check.Check(value)) return { value };
      const first = check.Errors(value).First();
      const where = first?.path ? first.path.slice(1).replaceAll('/', '.') : '(top)';
      return {
        error: new WatchpostError(
          'REQUEST_INVALID',
          `${PART[httpPart ?? ''] ?? 'request'}: ${where}: ${first?.message ?? 'does not fit its schema'}`,
        ),
      };
    };
  });
  // Answers are built from typed data; their schemas document, and the tests hold answers against them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
};
