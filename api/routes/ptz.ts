import { Type } from '@sinclair/typebox';
import type { CameraConfig } from '../../pipeline/config/camera.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { PtzClient } from '../../workers/onvif/ptz-client.ts';
import type { ApiContext } from '../context.ts';
import { PTZ_MOVE_MS, PtzAct, PtzPresets } from '../contract/ptz.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';
import { visibleCamera } from './cameras.ts';

/** The client gives up by itself after some seconds; a page that is closed does not leave a camera turning. */
const UNTIL_DONE = new AbortController().signal;

/** Turning a camera from its page. Every act is in the audit: a camera that looked away has to be explained. */
export const registerPtzRoutes = (app: App, context: ApiContext): void => {
  const { audit, clock } = context;
  const params = Type.Object({ id: Type.String() });
  const clients = new Map<string, PtzClient>();
  const clientOf = ({ id, ptz, source }: CameraConfig): PtzClient => {
    if (!ptz)
      throw new WatchpostError('NOT_FOUND', `Camera "${id}" cannot be turned; its configuration has no \`ptz\``);
    const known = clients.get(id) ?? new PtzClient(ptz.onvif, source.url, clock);
    clients.set(id, known);
    return known;
  };
  /** Pages learn what went wrong, and not at which address the camera stands. */
  const asTold = (camera: CameraConfig, error: unknown): unknown => {
    if (!(error instanceof WatchpostError)) return error;
    const why = error.message.split(': ').at(-1) ?? '';
    return new WatchpostError(error.code, `Camera "${camera.id}" cannot be turned: ${why}`, { cause: error });
  };
  const last = new Map<string, Promise<unknown>>();
  /** A stop that overtakes its move would leave the camera turning. */
  const inOrder = (cameraId: string, act: () => Promise<void>): Promise<void> => {
    const done = (last.get(cameraId) ?? Promise.resolve()).then(act);
    last.set(
      cameraId,
      done.catch(() => undefined),
    );
    return done;
  };

  app.get(
    '/api/cameras/:id/ptz',
    {
      schema: {
        tags: ['cameras'],
        summary: 'Positions that are stored in a camera that turns',
        params,
        response: { 200: PtzPresets },
      },
    },
    async (request) => {
      const camera = visibleCamera(context, accountOf(request), request.params.id);
      const presets = await clientOf(camera)
        .presets(UNTIL_DONE)
        .catch((error: unknown) => {
          throw asTold(camera, error);
        });
      return { presets: [...presets] };
    },
  );
  app.post(
    '/api/cameras/:id/ptz',
    {
      schema: {
        tags: ['cameras'],
        summary: 'Turns a camera, stops it, or sends it to a stored position',
        params,
        body: PtzAct,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const camera = visibleCamera(context, account, request.params.id);
      const client = clientOf(camera);
      const { body } = request;
      // Written before it turns: what cannot be accounted for is not done.
      if (body.act !== 'stop')
        await audit.record({
          ...{ at: clock.now(), actor: account.username, action: 'camera.turned', target: camera.id },
          detail: JSON.stringify(body),
        });
      await inOrder(camera.id, () => {
        if (body.act === 'move') return client.move(body, PTZ_MOVE_MS, UNTIL_DONE);
        return body.act === 'stop' ? client.stop(UNTIL_DONE) : client.goTo(body.token, UNTIL_DONE);
      }).catch((error: unknown) => {
        throw asTold(camera, error);
      });
      return reply.code(204).send(null);
    },
  );
};
