import { Type } from '@sinclair/typebox';
import { isFireKind } from '../../pipeline/alerts/routing.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { scopeOf } from '../accounts/account.ts';
import type { AlertDesk } from '../alerts/alert-desk.ts';
import type { ApiContext } from '../context.ts';
import { FireAction, FireActionRequest } from '../contract/fire-actions.ts';
import { IncidentList, IncidentQuery, type IncidentView } from '../contract/incidents.ts';
import { PlumeCourseView } from '../contract/plumes.ts';
import { recentIncidents } from '../incidents.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';

const DAY_MS = 24 * 3_600_000;
const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) });

export const registerIncidentRoutes = (
  app: App,
  { cases, clock, danger, fireActions, fireMap, plumeCourse, wind }: ApiContext,
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
        const caseIds = incident.alerts.map((alert) => alert.case.id);
        const [progress, actions] = [await desk.progressOf(caseIds), await fireActions.of(caseIds)];
        const alerts = [];
        for (const alert of incident.alerts)
          alerts.push({ ...alert, standing: await plumeCourse.newest(alert.case.id) });
        incidents.push({ ...incident, alerts, progress, actions });
      }
      return { incidents, wind: await wind.current(), danger: await danger.current() };
    },
  );

  app.get(
    '/api/cases/:id/course',
    {
      schema: {
        tags: ['fire'],
        summary: 'How smoke or flame went on after it was confirmed, oldest first',
        params: Params,
        response: { 200: PlumeCourseView },
      },
    },
    async (request) => {
      const { id } = await cases.get(request.params.id, scopeOf(accountOf(request)));
      return { course: await plumeCourse.of(id) };
    },
  );

  app.post(
    '/api/incidents/:id/actions',
    {
      schema: {
        tags: ['fire'],
        summary: 'Say that somebody was sent to a fire, or that it is over',
        params: Params,
        body: FireActionRequest,
        response: { 201: FireAction },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { id, kind } = await cases.get(request.params.id, scopeOf(account));
      if (!isFireKind(kind))
        throw new WatchpostError(
          'REQUEST_INVALID',
          `Case "${id}" is of kind ${kind}; forces are sent to smoke and flame`,
        );
      return reply.code(201).send(await fireActions.add(id, account.username, request.body));
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
