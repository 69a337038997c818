import type { FastifyRequest } from 'fastify';
import { scopeOf } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import {
  CaseCountList,
  CaseCountQuery,
  CountList,
  CountQuery,
  CoverageList,
  CoverageQuery,
  CrowdList,
  CrowdQuery,
  SpeedList,
  SpeedQuery,
} from '../contract/statistics.ts';
import { accountOf } from '../plugins/auth.ts';
import { lastingGap, readAccount, toCoverage } from '../recordings/coverage.ts';
import { countCases } from '../repositories/case-counts.ts';
import type { App } from './app.ts';
import { visibleCameras } from './cameras.ts';

const DAY_MS = 24 * 3_600_000;

export const registerStatisticsRoutes = (app: App, context: ApiContext): void => {
  const { clock, counts, db, paths, states, tallies } = context;
  /** Ids of the cameras that somebody sees: all of them, or the one asked for. */
  const camerasOf = (request: FastifyRequest, cameraId: string | undefined): readonly string[] =>
    visibleCameras(context, accountOf(request))
      .map(({ id }) => id)
      .filter((id) => cameraId === undefined || id === cameraId);
  /** The last day, where nothing else was asked for; epoch ms. */
  const spanOf = ({ after = clock.now() - DAY_MS, before = clock.now() }: SpeedQuery) => ({ after, before });

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
      counts.list(
        request.query,
        visibleCameras(context, accountOf(request)).map(({ id }) => id),
        clock.now(),
      ),
  );
  app.get(
    '/api/statistics/cases',
    {
      schema: {
        tags: ['statistics'],
        summary: 'Cases by camera, kind and quarter hour, and what became of them',
        querystring: CaseCountQuery,
        response: { 200: CaseCountList },
      },
    },
    async (request) => {
      const account = accountOf(request);
      return countCases(db, spanOf(request.query), camerasOf(request, request.query.cameraId), scopeOf(account));
    },
  );
  app.get(
    '/api/statistics/speeds',
    {
      schema: {
        tags: ['statistics'],
        summary: 'Vehicles by speed, camera and class',
        querystring: SpeedQuery,
        response: { 200: SpeedList },
      },
    },
    async (request) => tallies.speeds(spanOf(request.query), camerasOf(request, request.query.cameraId)),
  );
  app.get(
    '/api/statistics/crowds',
    {
      schema: {
        tags: ['statistics'],
        summary: 'People in the areas of crowding rules by quarter hour',
        querystring: CrowdQuery,
        response: { 200: CrowdList },
      },
    },
    async (request) => tallies.crowds(spanOf(request.query), camerasOf(request, request.query.cameraId)),
  );
  app.get(
    '/api/statistics/coverage',
    {
      schema: {
        tags: ['statistics'],
        summary: 'When each camera was recorded, and the gaps with their causes',
        querystring: CoverageQuery,
        response: { 200: CoverageList },
      },
    },
    async (request) => {
      const now = clock.now();
      const { cameraId, after = now - DAY_MS } = request.query;
      const before = Math.min(request.query.before ?? now, now);
      const cameras = visibleCameras(context, accountOf(request)).filter(
        ({ id }) => cameraId === undefined || id === cameraId,
      );
      await states.refresh();
      return {
        after,
        before,
        cameras: await Promise.all(
          cameras.map(async ({ id }) => {
            return toCoverage(id, await readAccount(paths.camera(id)), lastingGap(states.get(id)), { after, before });
          }),
        ),
      };
    },
  );
};
