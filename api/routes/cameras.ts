import { Type } from '@sinclair/typebox';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CameraConfig } from '../../pipeline/config/camera.ts';
import { redactUrl, WatchpostError } from '../../pipeline/errors.ts';
import { scopeOf, seesGroup } from '../accounts/account.ts';
import type { Account } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import { Camera } from '../contract/cameras.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';

/** @throws WatchpostError NOT_FOUND when there is no such camera or it belongs to another unit */
export const visibleCamera = ({ cameras }: ApiContext, account: Account, id: string): CameraConfig => {
  const camera = cameras.get(id);
  if (!camera || !seesGroup(scopeOf(account), camera.group)) throw new WatchpostError('NOT_FOUND', `No camera "${id}"`);
  return camera;
};

export const visibleCameras = ({ cameras }: ApiContext, account: Account): CameraConfig[] =>
  [...cameras.values()].filter(({ group }) => seesGroup(scopeOf(account), group));

/** The playlist is rewritten at every segment; one that stands still for so long belongs to no session any more. */
const PLAYLIST_FRESH_MS = 60_000;

/** Field by field: nothing of `source`, whose URL may hold a password, can slip through. */
const toCamera = async ({ clock, paths, states }: ApiContext, camera: CameraConfig): Promise<Camera> => {
  const state = states.get(camera.id);
  const { mtimeMs } = await stat(join(paths.camera(camera.id), 'live.m3u8')).catch(() => ({ mtimeMs: 0 }));
  const records = mtimeMs > clock.now() - PLAYLIST_FRESH_MS;
  return {
    id: camera.id,
    name: camera.name || camera.id,
    place: camera.place,
    group: camera.group,
    playlist: records ? `/hls/${camera.id}/live.m3u8` : null,
    zones: camera.zones,
    lines: camera.lines,
    rules: camera.rules.map(({ id, kind, name }) => ({ id, kind, name: name || id })),
    ptz: camera.ptz !== undefined,
    state: state.state,
    cause: state.cause,
    detail: state.detail === null ? null : redactUrl(state.detail),
    fault: state.fault ?? null,
    since: state.since,
    frames: {
      received: state.frames.received,
      analysed: state.frames.analysed,
      dropped: { ...state.frames.dropped },
    },
  };
};

export const registerCameraRoutes = (app: App, context: ApiContext): void => {
  const { states } = context;
  app.get(
    '/api/cameras',
    {
      schema: {
        tags: ['cameras'],
        summary: 'Cameras of the account’s groups, with their state',
        response: { 200: Type.Array(Camera) },
      },
    },
    async (request) => {
      await states.refresh();
      return Promise.all(visibleCameras(context, accountOf(request)).map((camera) => toCamera(context, camera)));
    },
  );
  app.get(
    '/api/cameras/:id',
    {
      schema: {
        tags: ['cameras'],
        summary: 'One camera',
        params: Type.Object({ id: Type.String() }),
        response: { 200: Camera },
      },
    },
    async (request) => {
      const camera = visibleCamera(context, accountOf(request), request.params.id);
      await states.refresh();
      return toCamera(context, camera);
    },
  );
};
