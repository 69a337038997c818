import { existsSync } from 'node:fs';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, LogController } from 'fastify';
import { WatchpostError } from '../pipeline/errors.ts';
import { AlertDesk } from './alerts/alert-desk.ts';
import { startBackgroundWork } from './background-work.ts';
import { startCustody } from './custody.ts';
import { type ContextOptions, openContext } from './open-context.ts';
import { registerAuth } from './plugins/auth.ts';
import { registerOpenApi } from './plugins/open-api.ts';
import { registerPlayer } from './plugins/player.ts';
import { registerProblems, sendProblem } from './plugins/problems.ts';
import { registerSecurityHeaders } from './plugins/security-headers.ts';
import { registerValidation } from './plugins/validation.ts';
import { registerRoutes } from './register-routes.ts';

/** Requests carry a verdict and a note; nothing that people send is larger. */
const BODY_LIMIT_BYTES = 64 * 1024;

export type AppOptions = ContextOptions & {
  /** Folder of the built player; default: `dist/player`. */
  readonly playerDir?: string;
};

declare module 'fastify' {
  interface FastifyInstance {
    /** Password of the administrator that this very start created; else null. Shown once, stored nowhere. */
    firstPassword: string | null;
    /** Newest row of the audit chain. */
    auditHead: () => Promise<{ seq: number; hash: string }>;
  }
}

/**
 * The API, ready to listen. Starts and serves cases while Redis is away; live pictures and new cases then wait for it.
 * @throws WatchpostError DATABASE_UNAVAILABLE, INPUT_UNREADABLE for a map of the section `fire`
 */
export const buildApp = async (options: AppOptions): Promise<FastifyInstance> => {
  const { config, log } = options;
  const playerDir = options.playerDir ?? defaultPlayerDir();
  const { context, firstPassword } = await openContext(options);

  const logger: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: 256 },
    // A stop must not wait for browsers that keep live connections open.
    forceCloseConnections: true,
    requestTimeout: 30_000,
    // What fails before any route is found, such as a broken escape in the path.
    frameworkErrors: (error, _request, reply) => void sendProblem(reply as unknown as FastifyReply, error),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.decorate('firstPassword', firstPassword);
  app.decorate('auditHead', () => context.audit.head());
  // Only JSON: a form of another site could send text.
  app.removeContentTypeParser('text/plain');
  registerProblems(app);
  registerValidation(app);
  registerSecurityHeaders(app, { https: config.server.secureCookies });
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'none';
    const status = String(reply.statusCode);
    context.metrics.observeRequest({ method, route, status }, reply.elapsedTime / 1000);
    return Promise.resolve();
  });
  await app.register(cookie);
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { after }) =>
      new WatchpostError('TOO_MANY_REQUESTS', `Too many requests from this address; wait ${after}`),
  });
  registerAuth(app, context);
  await registerOpenApi(app);

  const desk = new AlertDesk(context);
  const custody = startCustody(context);
  registerRoutes(app, context, { desk, playerDir, onHold: custody.nudge });
  await registerPlayer(app, playerDir);

  context.live.start();
  const work = startBackgroundWork(context, desk, custody);
  app.addHook('preClose', () => context.live.close());
  app.addHook('onClose', async () => {
    const steps: (() => Promise<void>)[] = [
      ...work.map((part) => () => part.close()),
      async () => {
        context.redis.close();
        return Promise.resolve();
      },
      () => context.store.close(),
      async () => context.tracing?.close(),
      () => context.db.destroy(),
    ];
    // Closing one badly must not keep the next open.
    for (const step of steps)
      try {
        await step();
      } catch (error) {
        log.warn({ err: error }, 'part could not be closed');
      }
  });
  await app.ready();
  return app;
};

/** Beside this file once built (`dist/api`), else below the repository's root. */
const defaultPlayerDir = (): string => {
  const built = join(import.meta.dirname, '..', 'player');
  return existsSync(join(built, 'index.html')) ? built : join(import.meta.dirname, '..', 'dist', 'player');
};
