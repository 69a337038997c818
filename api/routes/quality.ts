import type { ApiContext } from '../context.ts';
import { DriftList, DriftQuery, QualityList, QualityQuery, ThresholdList } from '../contract/quality.ts';
import { accountOf } from '../plugins/auth.ts';
import { judgeDrift, judgeThresholds } from '../repositories/measures.ts';
import { countVerdicts } from '../repositories/quality.ts';
import type { App } from './app.ts';
import { visibleCameras } from './cameras.ts';

const MONTH_MS = 30 * 24 * 3_600_000;
const WEEKS = 12;

export const registerQualityRoutes = (app: App, context: ApiContext): void => {
  const { cameras, clock, db } = context;
  const nameOf = (id: string): string => cameras.get(id)?.name || id;
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
      return { rows: await countVerdicts(db, { after, before }, ids, nameOf) };
    },
  );
  app.get(
    '/api/quality/thresholds',
    {
      schema: {
        tags: ['statistics'],
        summary: 'Whether the rules’ numbers tell right cases from rejected ones, and thresholds that follow from that',
        querystring: QualityQuery,
        response: { 200: ThresholdList },
      },
    },
    async (request) => {
      const { after = clock.now() - 3 * MONTH_MS, before = clock.now() + 1 } = request.query;
      const ids = visibleCameras(context, accountOf(request)).map(({ id }) => id);
      return { rows: await judgeThresholds(db, { after, before }, ids, nameOf) };
    },
  );
  app.get(
    '/api/quality/drift',
    {
      schema: {
        tags: ['statistics'],
        summary: 'Share of rejects and mean score of every rule by week, and what changed in the last one',
        querystring: DriftQuery,
        response: { 200: DriftList },
      },
    },
    async (request) => {
      const ids = visibleCameras(context, accountOf(request)).map(({ id }) => id);
      const until = clock.now() + 1;
      return { rows: await judgeDrift(db, { until, weeks: request.query.weeks ?? WEEKS }, ids, nameOf) };
    },
  );
};
