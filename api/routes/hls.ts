import { Type } from '@sinclair/typebox';
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { ApiContext } from '../context.ts';
import { vodPlaylist } from '../live/vod-playlist.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';
import { visibleCamera } from './cameras.ts';
import { sendBytes } from './send-bytes.ts';

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const MEDIA_TYPES: Record<string, string> = { m3u8: PLAYLIST_TYPE, mp4: 'video/mp4', m4s: 'video/iso.segment' };
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** Playlists of recorded time end here; a longer span is asked for in parts. */
const LONGEST_VOD_MS = 6 * 3_600_000;

const gone = (): WatchpostError =>
  new WatchpostError('NOT_FOUND', 'No such recording; it may have been removed when its time was over');

/** A file of the recordings folder; only names of the known shape, and never outside the camera's folder. */
const recordedFile = async (folder: string, parts: readonly string[]): Promise<string> => {
  if (parts.length === 0 || parts.length > 3 || !parts.every((part) => NAME.test(part) && !part.includes('..')))
    throw gone();
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, ...parts))]);
    if (!file.startsWith(root + sep)) throw gone();
    return file;
  } catch {
    throw gone();
  }
};

/** Recordings as HLS: the live playlist, its segments, and playlists of a past span. */
export const registerHlsRoutes = (app: App, context: ApiContext): void => {
  const { paths } = context;
  const CameraParams = Type.Object({ cameraId: Type.String() });

  app.get(
    '/hls/:cameraId/live.m3u8',
    { schema: { tags: ['recordings'], summary: 'Live playlist', params: CameraParams } },
    async (request, reply) => {
      const { id } = visibleCamera(context, accountOf(request), request.params.cameraId);
      const file = await recordedFile(paths.camera(id), ['live.m3u8']);
      return reply
        .header('cache-control', 'no-cache, no-store')
        .type(PLAYLIST_TYPE)
        .send(await readFile(file));
    },
  );
  app.get(
    '/hls/:cameraId/dvr.m3u8',
    {
      schema: {
        tags: ['recordings'],
        summary: 'Playlist of a past span, at most 6 h',
        params: CameraParams,
        querystring: Type.Object(
          {
            from: Type.Number({ description: 'Epoch ms.' }),
            to: Type.Number({ description: 'Epoch ms.' }),
            start: Type.Optional(Type.Number({ description: 'Where playback begins, epoch ms; default `from`.' })),
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { id } = visibleCamera(context, accountOf(request), request.params.cameraId);
      const { from, to, start } = request.query;
      if (!(to > from) || to - from > LONGEST_VOD_MS)
        throw new WatchpostError('REQUEST_INVALID', 'query: `to` must lie after `from`, by at most 6 hours');
      const playlist = await vodPlaylist({ folder: paths.camera(id), from, to, startAt: start });
      if (playlist === null)
        throw new WatchpostError('NOT_FOUND', 'Nothing was recorded in this span, or it was removed');
      return reply.header('cache-control', 'no-cache, no-store').type(PLAYLIST_TYPE).send(playlist);
    },
  );
  app.get(
    '/hls/:cameraId/:session/*',
    {
      schema: {
        tags: ['recordings'],
        summary: 'Init and media segments',
        params: Type.Object({ cameraId: Type.String(), session: Type.String(), '*': Type.String() }),
      },
    },
    async (request, reply) => {
      const { cameraId, session, '*': rest } = request.params;
      const { id } = visibleCamera(context, accountOf(request), cameraId);
      const mediaType = MEDIA_TYPES[/\.([a-z0-9]+)$/.exec(rest)?.[1] ?? ''];
      if (!mediaType) throw gone();
      const file = await recordedFile(paths.camera(id), [session, ...rest.split('/')]);
      const { size } = await stat(file).catch(() => Promise.reject(gone()));
      // A segment never changes once it stands in a playlist. `private`: it shows people, no shared cache may keep it.
      const cacheControl = mediaType === PLAYLIST_TYPE ? 'no-cache, no-store' : 'private, max-age=3600, immutable';
      reply.header('cache-control', cacheControl);
      return sendBytes(request, reply, {
        bytes: size,
        mediaType,
        open: (range) => Promise.resolve(createReadStream(file, range)),
      });
    },
  );
};
