import { Type } from '@sinclair/typebox';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { ApiContext } from '../context.ts';
import { CameraRecording, SpanQuery } from '../contract/cameras.ts';
import { LivePlateList } from '../contract/live.ts';
import { accountOf } from '../plugins/auth.ts';
import { lastingGap, readAccount, toCoverage } from '../recordings/coverage.ts';
import { recordedIn } from '../recordings/recorded.ts';
import { tracksIn } from '../recordings/tracks.ts';
import type { App } from './app.ts';
import { visibleCamera } from './cameras.ts';

const LONGEST_ACCOUNT_MS = 48 * 3_600_000;
/** Some thousand frames; whoever wants more asks for it in parts. */
const LONGEST_TRACKS_MS = 5 * 60_000;
const LONGEST_PLATES_MS = 30 * 60_000;
/** A passage has one instant; its vehicle can be in view for so long before and after. */
const PASSED_NEAR_MS = 60_000;

/** @throws WatchpostError REQUEST_INVALID */
const checkSpan = ({ after, before }: SpanQuery, longestMs: number): void => {
  if (before > after && before - after <= longestMs) return;
  throw new WatchpostError(
    'REQUEST_INVALID',
    `query: \`before\` must lie after \`after\`, by at most ${longestMs / 60_000} minutes`,
  );
};

/** What a camera recorded, and what analysis saw in it, for going back in time. */
export const registerRecordingRoutes = (app: App, context: ApiContext): void => {
  const { audit, clock, passages, paths, states } = context;
  const params = Type.Object({ id: Type.String() });

  app.get(
    '/api/cameras/:id/recording',
    {
      schema: {
        tags: ['recordings'],
        summary: 'What is recorded of a span of at most 48 h, and the gaps with their causes',
        params,
        querystring: SpanQuery,
        response: { 200: CameraRecording },
      },
    },
    async (request) => {
      const { id } = visibleCamera(context, accountOf(request), request.params.id);
      checkSpan(request.query, LONGEST_ACCOUNT_MS);
      const { after } = request.query;
      const before = Math.max(after, Math.min(request.query.before, clock.now()));
      await states.refresh();
      const folder = paths.camera(id);
      const [recorded, account] = await Promise.all([
        recordedIn(folder, { from: after, to: before }),
        readAccount(folder),
      ]);
      const { gaps } = toCoverage(id, account, lastingGap(states.get(id)), { after, before });
      return { recorded, gaps };
    },
  );
  app.get(
    '/api/cameras/:id/tracks',
    {
      schema: {
        tags: ['recordings'],
        summary: 'Boxes of every analysed frame of a past span of at most 5 min: LiveFrame (pipeline/live.ts)',
        params,
        querystring: SpanQuery,
      },
    },
    async (request, reply) => {
      const { id } = visibleCamera(context, accountOf(request), request.params.id);
      checkSpan(request.query, LONGEST_TRACKS_MS);
      const { after, before } = request.query;
      const lines = await tracksIn(paths.camera(id), { from: after, to: before });
      return reply
        .header('cache-control', 'private, no-cache')
        .type('application/json')
        .send(`[${lines.join(',')}]`);
    },
  );
  app.get(
    '/api/cameras/:id/plates',
    {
      schema: {
        tags: ['recordings'],
        summary: 'Plates of the vehicles that passed in a span of at most 30 min, by their tracks',
        params,
        querystring: SpanQuery,
        response: { 200: LivePlateList },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { id } = visibleCamera(context, account, request.params.id);
      checkSpan(request.query, LONGEST_PLATES_MS);
      const { after, before } = request.query;
      // Whose vehicle was where is personal data also when it is looked at picture by picture.
      await audit.record({
        ...{ at: clock.now(), actor: account.username, action: 'passages.overlay', target: id },
        detail: JSON.stringify({ after, before }),
      });
      return { plates: await passages.platesOn(id, after - PASSED_NEAR_MS, before + PASSED_NEAR_MS) };
    },
  );
};
