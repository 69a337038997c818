import type { TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { Value } from '@sinclair/typebox/value';
import type { FastifyInstance } from 'fastify';
import { WatchpostError } from '../../pipeline/errors.ts';

const PART: Record<string, string> = { body: 'body', querystring: 'query', params: 'path', headers: 'headers' };

/**
 * Requests are checked by the contract's TypeBox schemas themselves. Query and path are text, so numbers are read from
 * them; a body is JSON and must have the right types. Unknown members are refused, not dropped.
 */
export const registerValidation = (app: FastifyInstance): void => {
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const check = TypeCompiler.Compile(schema);
    return (input: unknown) => {
      const value = httpPart === 'body' ? input : Value.Default(schema, Value.Convert(schema, input));
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
