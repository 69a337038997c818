import { Type } from '@sinclair/typebox';
import { dirname } from 'node:path';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { ApiContext } from '../context.ts';
import { readTile } from '../map-tiles.ts';
import type { App } from './app.ts';

/** A street is rebuilt now and then, not within a week. */
const KEPT_S = 7 * 86_400;
const Part = Type.Integer({ minimum: 0, maximum: 2 ** 22 });

/** The background of maps. */
export const registerMapRoutes = (app: App, { config, configFile }: ApiContext): void => {
  app.get(
    '/api/map/:zoom/:x/:y',
    {
      schema: {
        tags: ['site'],
        summary: 'A tile of the map, from the source in `site.map`; Web Mercator, 256 pixels',
        params: Type.Object({ zoom: Type.Integer({ minimum: 0, maximum: 22 }), x: Part, y: Part }),
      },
    },
    async (request, reply) => {
      const { map } = config.site;
      if (!map)
        throw new WatchpostError(
          'NOT_FOUND',
          'There is no map: name a source of tiles in `site.map` of the configuration',
        );
      const { bytes, type } = await readTile(map, dirname(configFile.path), request.params);
      return reply
        .header('cache-control', `private, max-age=${String(KEPT_S)}`)
        .type(type)
        .send(bytes);
    },
  );
};
