import { Type } from '@sinclair/typebox';
import type { ApiContext } from '../context.ts';
import { NewWatchEntry, WatchEntry, WatchEntryList, WatchHitList } from '../contract/passages.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';
import { searchableCameras } from './passages.ts';

const EntryParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-f-]{36}$' }) });
const HitParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{26}$' }) });

export const registerWatchRoutes = (app: App, context: ApiContext): void => {
  const { cameras, watch } = context;
  app.get(
    '/api/watch-list',
    {
      schema: { tags: ['passages'], summary: 'Watch lists: entries that hold now', response: { 200: WatchEntryList } },
    },
    async () => ({ entries: [...(await watch.list())] }),
  );
  app.post(
    '/api/watch-list',
    {
      schema: {
        tags: ['passages'],
        summary: 'Put a plate on a list, with reason and end; `wanted` and `stolen` raise alerts',
        body: NewWatchEntry,
        response: { 201: WatchEntry },
      },
    },
    async (request, reply) => reply.code(201).send(await watch.add(request.body, accountOf(request).username)),
  );
  app.post(
    '/api/watch-list/:id/end',
    {
      schema: {
        tags: ['passages'],
        summary: 'End an entry before its time',
        params: EntryParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await watch.end(request.params.id, accountOf(request).username);
      return reply.code(204).send(null);
    },
  );
  app.get(
    '/api/watch-list/hits',
    {
      schema: {
        tags: ['passages'],
        summary: 'Passages that fitted an entry that alerts, newest first',
        response: { 200: WatchHitList },
      },
    },
    async (request) => {
      const cameraIds = searchableCameras(context, accountOf(request));
      return { hits: [...(await watch.hits(cameraIds, (id) => cameras.get(id)?.name || id))] };
    },
  );
  app.post(
    '/api/watch-list/hits/:id/seen',
    {
      schema: {
        tags: ['passages'],
        summary: 'Take notice of a hit',
        params: HitParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      await watch.see(request.params.id, account.username, searchableCameras(context, account));
      return reply.code(204).send(null);
    },
  );
};
