import type { ApiContext } from '../context.ts';
import { QualityList, QualityQuery } from '../contract/quality.ts';
import { accountOf } from '../plugins/auth.ts';
import { countVerdicts } from '../repositories/quality.ts';
import type { App } from './app.ts';
import { visibleCameras } from './cameras.ts';

const MONTH_MS = 30 * 24 * 3_600_000;

export const registerQualityRoutes = (app: App, context: ApiContext): void => {
  const { cameras, clock, db } = context;
  app.get(
    '/api/quality',
    {
      schema: {
        tags: ['statistics'],
        summary: 'What people said of the machine’s cases, by camera and rule',
        querystring: QualityQuery,
        response: { 200: QualityList },
      },
    },
    async (request) => {
      const { after = clock.now() - MONTH_MS, before = clock.now() + 1 } = request.query;
      const ids = visibleCameras(context, accountOf(request)).map(({ id }) => id);
      const nameOf = (id: string): string => cameras.get(id)?.name || id;
      return { rows: await countVerdicts(db, { after, before }, ids, nameOf) };
    },
  );
};
