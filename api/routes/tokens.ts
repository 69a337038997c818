import { Type } from '@sinclair/typebox';
import type { ApiContext } from '../context.ts';
import { ApiToken, ApiTokenList, CreatedApiToken, NewApiToken } from '../contract/tokens.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';

const tags = ['tokens'];

export const registerTokenRoutes = (app: App, { tokens }: ApiContext): void => {
  app.get(
    '/api/tokens',
    {
      schema: { tags, summary: 'Own tokens for programs; an administrator sees all', response: { 200: ApiTokenList } },
    },
    async (request) => ({ tokens: await tokens.list(accountOf(request)) }),
  );
  app.post(
    '/api/tokens',
    {
      schema: {
        tags,
        summary: 'New token with the rights of the own account, narrowed to scopes; the answer holds its secret once',
        body: NewApiToken,
        response: { 201: CreatedApiToken },
      },
    },
    async (request, reply) => reply.code(201).send(await tokens.create(accountOf(request), request.body)),
  );
  app.delete(
    '/api/tokens/:id',
    {
      schema: {
        tags,
        summary: 'Revoke a token at once; its row stays for the record',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        response: { 200: ApiToken },
      },
    },
    async (request) => tokens.revoke(accountOf(request), request.params.id),
  );
};
