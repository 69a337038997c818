import { Type } from '@sinclair/typebox';
import { scopeOf } from '../accounts/account.ts';
import type { AlertDesk } from '../alerts/alert-desk.ts';
import type { ApiContext } from '../context.ts';
import { IncidentList, IncidentQuery, type IncidentView } from '../contract/incidents.ts';
import { recentIncidents } from '../incidents.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';

const DAY_MS = 24 * 3_600_000;
const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) });

export const registerIncidentRoutes = (
  app: App,
  { cases, clock, fireMap, wind }: ApiContext,
  desk: AlertDesk,
): void => {
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
    async (request) => {
      const after = request.query.after ?? clock.now() - DAY_MS;
      const incidents: IncidentView[] = [];
      for (const incident of await recentIncidents(cases, scopeOf(accountOf(request)), after, fireMap)) {
        const progress = await desk.progressOf(incident.alerts.map((alert) => alert.case.id));
        incidents.push({ ...incident, progress });
      }
      return { incidents, wind: await wind.current() };
    },
  );

  app.post(
    '/api/incidents/:id/acknowledge',
    {
      schema: {
        tags: ['fire'],
        summary: 'Take notice of an incident: nobody further is told of it',
        params: Params,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { id } = await cases.get(request.params.id, scopeOf(account));
      await desk.acknowledge(id, account.username);
      return reply.code(204).send(null);
    },
  );
};
