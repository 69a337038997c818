import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { ACCESS, accessKey } from '../access.ts';

/** OpenAPI 3.1 of every route, made from the contract's schemas; a page to read and try it at /docs. */
export const registerOpenApi = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Watchpost',
        version: '1',
        description:
          'Times are epoch milliseconds, UTC. Errors are RFC 9457 problem documents. Log in with POST /api/session; ' +
          'send its csrfToken as header x-csrf-token with every POST, PUT, PATCH and DELETE.',
      },
      components: {
        securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'watchpost_session' } },
      },
    },
    transform: ({ schema, url, route }) => {
      const method = Array.isArray(route.method) ? (route.method[0] ?? 'GET') : route.method;
      const access = ACCESS[accessKey(method, url) ?? ''];
      if (access === undefined || access === 'public') return { schema, url };
      const roles = `Roles: ${access.roles.join(', ')}.`;
      return { schema: { ...schema, description: roles, security: [{ session: [] }] }, url };
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => Promise.resolve(app.swagger()));
};
