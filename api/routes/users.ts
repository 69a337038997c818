import { Type } from '@sinclair/typebox';
import type { ApiContext } from '../context.ts';
import { ChangedUser, CreatedUser, NewUser, UserChange, UserList } from '../contract/users.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';

export const registerUserRoutes = (app: App, { users }: ApiContext): void => {
  app.get(
    '/api/users',
    { schema: { tags: ['users'], summary: 'All accounts', response: { 200: UserList } } },
    async () => ({ users: await users.list() }),
  );
  app.post(
    '/api/users',
    {
      schema: {
        tags: ['users'],
        summary: 'New account; the answer holds its first password once',
        body: NewUser,
        response: { 201: CreatedUser },
      },
    },
    async (request, reply) => reply.code(201).send(await users.create(accountOf(request).username, request.body)),
  );
  app.patch(
    '/api/users/:username',
    {
      schema: {
        tags: ['users'],
        summary: 'Change an account; role, groups, password and disabling end its sessions',
        params: Type.Object({ username: Type.String({ maxLength: 64 }) }),
        body: UserChange,
        response: { 200: ChangedUser },
      },
    },
    async (request) => users.change(accountOf(request).username, request.params.username, request.body),
  );
};
