import { appendAudit } from '../database/audit-log.ts';
import type { ApiContext } from '../context.ts';
import { Wind, WindReport } from '../contract/wind.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';

/** Somebody who looks at a wind gauge, or a program beside it. */
export const registerWindRoutes = (app: App, { clock, db, wind }: ApiContext): void => {
  app.put(
    '/api/fire/wind',
    {
      schema: {
        tags: ['fire'],
        summary: 'Says how the wind blows over the towers; alerts of smoke carry it for three hours',
        body: WindReport,
        response: { 200: Wind },
      },
    },
    async (request) => {
      const { username } = accountOf(request);
      const { speedMps, fromDeg } = request.body;
      const counts = await wind.report(request.body, username);
      // What this person said: a newer measurement of somebody else may go before it.
      const detail = `${String(speedMps)} m/s from ${String(fromDeg)}°`;
      await db
        .transaction()
        .execute((transaction) =>
          appendAudit(transaction, [{ at: clock.now(), actor: username, action: 'fire.wind', detail }]),
        );
      return counts;
    },
  );
};
