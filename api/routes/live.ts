import { scopeOf, seesGroup, seesKind } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import { LiveQuery } from '../contract/live.ts';
import { ACCESS } from '../access.ts';
import { LiveClient } from '../live/live-client.ts';
import { WATCH_KIND } from '../live/live-hub.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';
import { visibleCamera } from './cameras.ts';

/** Pages take 15 s of silence for a lost connection. */
const HEARTBEAT_MS = 5_000;

export const registerLiveRoutes = (app: App, context: ApiContext): void => {
  const { cameras, live, sessions, tokens, states } = context;
  app.get(
    '/api/live',
    {
      schema: {
        tags: ['live'],
        summary: 'Server-sent events: frames of the cameras asked for, camera states, case changes',
        querystring: LiveQuery,
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const ids = (request.query.cameras ?? '').split(',').filter(Boolean);
      const wanted = new Set(ids.map((id) => visibleCamera(context, account, id).id));
      const scope = scopeOf(account);
      const search = ACCESS['POST /api/passages/search'];
      const maySearch =
        typeof search === 'object' &&
        search.roles.includes(account.role) &&
        account.tokenScopes?.includes('passages:read') !== false;
      await states.refresh();

      reply.hijack();
      const { raw: response } = reply;
      response.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-store',
        // nginx would hold events back.
        'x-accel-buffering': 'no',
      });
      response.write('retry: 2000\n\n');
      const client = new LiveClient(response, {
        cameras: wanted,
        sees: ({ cameraId, kind }) => {
          const group = cameras.get(cameraId)?.group;
          if (kind === WATCH_KIND && !maySearch) return false;
          if (kind !== undefined && (!seesKind(scope, kind) || account.role === 'viewer')) return false;
          return group === undefined ? scope.groups === null : seesGroup(scope, group);
        },
      });
      live.add(client);
      // A session that ended, or an account that was disabled, sees nothing more after one beat.
      const heartbeat = setInterval(() => {
        live.beat(client);
        (account.tokenScopes ? tokens : sessions).holds(account.tokenHash).then(
          (holds) => {
            if (!holds) client.end();
          },
          (error: unknown) => request.log.warn({ err: error }, 'session of a live client could not be checked'),
        );
      }, HEARTBEAT_MS);
      response.on('error', () => undefined);
      response.on('close', () => {
        clearInterval(heartbeat);
        live.remove(client);
      });
    },
  );
};
