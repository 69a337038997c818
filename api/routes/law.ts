import type { ApiContext } from '../context.ts';
import { LawList, LawQuery } from '../contract/law.ts';
import { clausesInForce } from '../law.ts';
import type { App } from './app.ts';

export const registerLawRoutes = (app: App, { clock, config }: ApiContext): void => {
  app.get(
    '/api/law',
    {
      schema: {
        tags: ['law'],
        summary: 'Clauses in force on the day of an act, with what of them nobody has verified',
        querystring: LawQuery,
        response: { 200: LawList },
      },
    },
    async ({ query: { at = clock.now(), kind } }) => {
      const clauses = clausesInForce(at, config.site.timeZone);
      return Promise.resolve({ clauses: kind === undefined ? clauses : clauses.filter((law) => law.kind === kind) });
    },
  );
};
