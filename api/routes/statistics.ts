import type { ApiContext } from '../context.ts';
import { CountList, CountQuery } from '../contract/statistics.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';
import { visibleCameras } from './cameras.ts';

export const registerStatisticsRoutes = (app: App, context: ApiContext): void => {
  app.get(
    '/api/statistics/counts',
    {
      schema: {
        tags: ['statistics'],
        summary: 'Crossings by camera, rule, class, direction and quarter hour',
        querystring: CountQuery,
        response: { 200: CountList },
      },
    },
    async (request) =>
      context.counts.list(
        request.query,
        visibleCameras(context, accountOf(request)).map(({ id }) => id),
        context.clock.now(),
      ),
  );
};
