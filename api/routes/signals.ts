import { Type } from '@sinclair/typebox';
import { didYouMean } from '../../pipeline/did-you-mean.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { SIGNALS_CHANNEL, SIGNALS_KEY, type ToldSignal } from '../../pipeline/signals/signal-feed.ts';
import type { ApiContext } from '../context.ts';
import { SignalState, TakenSignal } from '../contract/signals.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';
import { visibleCamera } from './cameras.ts';

/** Controllers and this machine must go by the same time; what is further off is a wrong clock, not a signal. */
const MOST_AHEAD_MS = 1_000;
const OLDEST_MS = 3_600_000;

/** Controllers of traffic lights that tell what they show. */
export const registerSignalRoutes = (app: App, context: ApiContext): void => {
  const { clock, redis } = context;
  app.post(
    '/api/cameras/:id/signals/:signal',
    {
      schema: {
        tags: ['cameras'],
        summary: 'What a signal under `signalFeeds` of a camera shows; told at every change and every few seconds',
        params: Type.Object({ id: Type.String(), signal: Type.String() }),
        body: SignalState,
        response: { 202: TakenSignal },
      },
    },
    async (request, reply) => {
      const camera = visibleCamera(context, accountOf(request), request.params.id);
      const { signal } = request.params;
      const known = Object.keys(camera.signalFeeds ?? {});
      if (!known.includes(signal)) {
        const near = didYouMean(signal, known);
        const expected = near ? `did you mean "${near}"?` : `it has ${known.length > 0 ? known.join(', ') : 'none'}`;
        throw new WatchpostError('NOT_FOUND', `Camera "${camera.id}" has no signal feed "${signal}"; ${expected}`);
      }
      const saidAt = clock.now();
      const { state, since } = request.body;
      if (since !== undefined && (since - saidAt > MOST_AHEAD_MS || saidAt - since > OLDEST_MS))
        throw new WatchpostError(
          'REQUEST_INVALID',
          `since is ${new Date(since).toISOString()}, here it is ${new Date(saidAt).toISOString()}; set the controller's clock`,
        );
      if (!redis.isUp) throw new WatchpostError('QUEUE_UNAVAILABLE', 'Redis cannot be reached; tell it again');
      const field = `${camera.id} ${signal}`;
      const text = await redis.commands.hget(SIGNALS_KEY, field);
      const last = text === null ? null : (JSON.parse(text) as ToldSignal);
      const sinceAt = since ?? (last?.state === state ? last.sinceAt : saidAt);
      const told = JSON.stringify({ cameraId: camera.id, signal, state, sinceAt, saidAt } satisfies ToldSignal);
      await redis.commands.multi().hset(SIGNALS_KEY, field, told).publish(SIGNALS_CHANNEL, told).exec();
      return reply.code(202).send({ state, since: sinceAt });
    },
  );
};
