import { appendAudit } from '../database/audit-log.ts';
import type { ApiContext } from '../context.ts';
import { Danger, DangerRequest } from '../contract/danger.ts';
import { accountOf } from '../plugins/auth.ts';
import { DANGER_NUMERALS } from '../../pipeline/fire/danger.ts';
import type { App } from './app.ts';

/** The ranger on duty, or a program that reads the forest service's forecast. */
export const registerDangerRoutes = (app: App, { clock, danger, db }: ApiContext): void => {
  app.put(
    '/api/fire/danger',
    {
      schema: {
        tags: ['fire'],
        summary: 'Says the fire danger of the day; smoke needs less evidence on days of high danger, more on others',
        description: 'Holds for 36 hours, for all towers; then `dangerLevel` of their rules counts again.',
        body: DangerRequest,
        response: { 200: Danger },
      },
    },
    async (request) => {
      const { username } = accountOf(request);
      const { level } = request.body;
      const counts = await danger.report(request.body, username);
      // What this person said: a newer forecast of somebody else may go before it.
      const detail = DANGER_NUMERALS[level];
      await db
        .transaction()
        .execute((transaction) =>
          appendAudit(transaction, [{ at: clock.now(), actor: username, action: 'fire.danger', detail }]),
        );
      return counts;
    },
  );
};
