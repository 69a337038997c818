import type { ApiContext } from '../context.ts';
import { AuditList, AuditQuery, AuditVerdict } from '../contract/audit.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';

export const registerAuditRoutes = (app: App, { audit, clock }: ApiContext): void => {
  app.get(
    '/api/audit',
    {
      schema: {
        tags: ['audit'],
        summary: 'Who did what, newest first',
        querystring: AuditQuery,
        response: { 200: AuditList },
      },
    },
    async (request) => {
      const { username } = accountOf(request);
      // Looking into the audit is an act too.
      await audit.record({
        at: clock.now(),
        actor: username,
        action: 'audit.read',
        detail: JSON.stringify(request.query),
      });
      return { rows: [...(await audit.list(request.query))] };
    },
  );
  app.get(
    '/api/audit/verify',
    { schema: { tags: ['audit'], summary: 'Compute the whole chain again', response: { 200: AuditVerdict } } },
    async () => audit.verify(),
  );
};
