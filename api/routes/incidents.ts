import { scopeOf } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import { IncidentList, IncidentQuery } from '../contract/incidents.ts';
import { recentIncidents } from '../incidents.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';

const DAY_MS = 24 * 3_600_000;

export const registerIncidentRoutes = (app: App, { cases, clock, fireMap }: ApiContext): void => {
  app.get(
    '/api/incidents',
    {
      schema: {
        tags: ['fire'],
        summary: 'Smoke and flame, joined by place and time, newest first',
        querystring: IncidentQuery,
        response: { 200: IncidentList },
      },
    },
    async (request) => ({
      incidents: [
        ...(await recentIncidents(
          cases,
          scopeOf(accountOf(request)),
          request.query.after ?? clock.now() - DAY_MS,
          fireMap,
        )),
      ],
    }),
  );
};
