import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WatchpostError } from '../../pipeline/errors.ts';
import { sendProblem } from './problems.ts';

const NOT_BUILT = 'The player is not built; run "npm run build", then reload this page.\n';
/** Paths that belong to the API: what is missing there is an error, not a page of the player. */
const API_PATH = /^\/(api|hls|docs|healthz|readyz|metrics)(\/|\?|$)/;

/** Verifies a case in the browser; travels alone in exports, so its one script is part of it and named by its hash. */
const VERIFY_PAGE = 'verify.html';
const ownPolicy = (html: string): string =>
  /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "default-src 'none'";

/** The player's files. Any other path that a browser opens gets its first page, which routes by itself. */
export const registerPlayer = async (app: FastifyInstance, playerDir: string): Promise<void> => {
  const page = join(playerDir, 'index.html');
  const verifyPage = join(playerDir, VERIFY_PAGE);
  if (existsSync(page))
    await app.register(fastifyStatic, {
      root: playerDir,
      cacheControl: false,
      preCompressed: true,
      setHeaders: (response, path) => {
        // Vite puts a hash of the content into these names.
        const hashed = /[/\\]assets[/\\]/.test(path);
        void response.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  if (existsSync(verifyPage)) {
    const html = readFileSync(verifyPage, 'utf8');
    const policy = `${ownPolicy(html)}; frame-ancestors 'none'`;
    app.get(`/${VERIFY_PAGE}`, { schema: { hide: true } }, async (_request, reply) =>
      reply
        .headers({ 'content-security-policy': policy, 'cache-control': 'no-cache' })
        .type('text/html; charset=utf-8')
        .send(html),
    );
  }
  app.setNotFoundHandler((request, reply) => {
    const isPage = request.method === 'GET' || request.method === 'HEAD';
    if (!isPage || API_PATH.test(request.url) || /\.[a-z0-9]{2,5}(\?|$)/i.test(request.url))
      return sendProblem(
        reply,
        new WatchpostError('NOT_FOUND', `Nothing is here: ${request.method} ${request.url.slice(0, 200)}`),
      );
    if (!existsSync(page)) return reply.code(503).type('text/plain').send(NOT_BUILT);
    return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(readFileSync(page));
  });
};
