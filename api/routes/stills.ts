import { Type } from '@sinclair/typebox';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean } from '../../pipeline/did-you-mean.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { isStills, isWholeJpeg, LARGEST_STILL_BYTES, toStillName } from '../../pipeline/stills.ts';
import type { ApiContext } from '../context.ts';
import { PostedStill, StillQuery } from '../contract/stills.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';
import { visibleCamera } from './cameras.ts';

/** A camera's clock may be a little ahead; pictures older than a day have nothing to say about a fire. */
const MOST_AHEAD_MS = 60_000;
const OLDEST_MS = 24 * 3_600_000;
/** Pictures of one pose that wait for the recorder. More means that it is not running: the sender keeps them then. */
const MOST_WAITING = 500;

/** Towers that post a picture per pose. The bytes are kept as they came; they are what is sealed later. */
export const registerStillRoutes = (app: App, context: ApiContext): void => {
  const { clock, paths } = context;
  app.addContentTypeParser('image/jpeg', { parseAs: 'buffer', bodyLimit: LARGEST_STILL_BYTES }, (_, body, done) =>
    done(null, body),
  );
  app.post(
    '/api/cameras/:id/stills',
    {
      bodyLimit: LARGEST_STILL_BYTES,
      schema: {
        tags: ['cameras'],
        summary: 'One JPEG of a camera whose source is `stills://`, as body of type image/jpeg, at most 16 MiB',
        params: Type.Object({ id: Type.String() }),
        querystring: StillQuery,
        response: { 202: PostedStill },
      },
    },
    async (request, reply) => {
      const camera = visibleCamera(context, accountOf(request), request.params.id);
      const { pose, capturedAt = clock.now() } = request.query;
      if (!camera.enabled || !isStills(camera.source.url))
        throw new WatchpostError(
          'REQUEST_INVALID',
          `Camera "${camera.id}" does not take stills; its source is a stream`,
        );
      checkPose(pose, camera.sweep?.poses.map(({ id }) => id) ?? []);
      const aheadMs = capturedAt - clock.now();
      if (aheadMs > MOST_AHEAD_MS || -aheadMs > OLDEST_MS)
        throw new WatchpostError(
          'REQUEST_INVALID',
          `capturedAt is ${new Date(capturedAt).toISOString()}; expected the last 24 h, in epoch milliseconds`,
        );
      const bytes = request.body;
      if (!Buffer.isBuffer(bytes) || !isWholeJpeg(bytes))
        throw new WatchpostError('REQUEST_INVALID', 'The body is no whole JPEG; send one with content-type image/jpeg');
      const folder = join(paths.stills(camera.id), pose ?? '');
      await mkdir(folder, { recursive: true });
      if ((await readdir(folder)).length >= MOST_WAITING)
        throw new WatchpostError(
          'TOO_MANY_REQUESTS',
          `${String(MOST_WAITING)} stills of this camera wait to be looked at; is recording and analysis running?`,
        );
      // The recorder takes what ends in .jpg: a name that is there is a picture that is whole.
      const draft = join(folder, `${randomUUID()}.part`);
      await writeFile(draft, bytes);
      await rename(draft, join(folder, toStillName(capturedAt)));
      return reply.code(202).send({ capturedAt, bytes: bytes.length });
    },
  );
};

const checkPose = (pose: string | undefined, known: readonly string[]): void => {
  if (known.length === 0 ? pose === undefined : pose !== undefined && known.includes(pose)) return;
  const near = pose === undefined ? null : didYouMean(pose, known);
  const wanted = known.length === 0 ? 'this camera has no poses' : `expected one of ${known.join(', ')}`;
  throw new WatchpostError('REQUEST_INVALID', `pose "${pose ?? ''}": ${near ? `did you mean "${near}"?` : wanted}`);
};
