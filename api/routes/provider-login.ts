import { Type } from '@sinclair/typebox';
import { WatchpostError } from '../../pipeline/errors.ts';
import { CALLBACK_PATH, LOGIN_LIMIT_MS } from '../accounts/login-provider.ts';
import type { ApiContext } from '../context.ts';
import { LoginWays } from '../contract/session.ts';
import { SESSION_COOKIE, sessionCookie } from '../plugins/auth.ts';
import type { App } from './app.ts';

/** State of a log-in that has begun, sealed. */
const PENDING_COOKIE = 'watchpost_login';

/** Only a path of this site: `//elsewhere` and `/\elsewhere` are other sites to a browser. */
const isOwnPath = (path: string): boolean => /^\/(?![/\\])[\x21-\x7e]*$/.test(path);

/** Log-in at the provider: the browser is sent there, and comes back with a code. */
export const registerProviderLoginRoutes = (app: App, context: ApiContext): void => {
  const { config, provider, providerSessions, sessions, log } = context;
  const { oidc } = config.accounts;
  const pendingCookie = {
    ...{ path: '/api/session/oidc', httpOnly: true, secure: config.server.secureCookies },
    // The browser comes back from another site; a strict cookie would stay behind.
    sameSite: 'lax',
  } as const;
  const rateLimit = { max: 60, timeWindow: 60_000 };
  const tags = ['session'];

  app.get(
    '/api/session/ways',
    {
      schema: { tags, summary: 'How one can log in beside a user name and password', response: { 200: LoginWays } },
    },
    async () => Promise.resolve({ provider: oidc?.name ?? null }),
  );
  if (!provider || !providerSessions) return;

  app.get(
    '/api/session/oidc',
    {
      schema: {
        tags,
        summary: 'Log in at the provider: sends the browser there',
        querystring: Type.Object(
          {
            next: Type.Optional(Type.String({ maxLength: 512, description: 'Path of this site to open afterwards.' })),
          },
          { additionalProperties: false },
        ),
      },
      config: { rateLimit },
    },
    async (request, reply) => {
      const { next = '/' } = request.query;
      try {
        const { url, sealed } = await provider.begin(isOwnPath(next) ? next : '/');
        return await reply
          .setCookie(PENDING_COOKIE, sealed, { ...pendingCookie, maxAge: LOGIN_LIMIT_MS / 1_000 })
          .redirect(url);
      } catch (error) {
        return reply.redirect(failedAt(provider.siteUrl, error));
      }
    },
  );
  app.get(
    CALLBACK_PATH,
    {
      // What the provider adds to its answer is its own matter: the query is checked by the protocol, not by a schema.
      schema: { tags, summary: 'Where the provider sends the browser back to; ends in the site, logged in or not' },
      config: { rateLimit },
    },
    async (request, reply) => {
      void reply.clearCookie(PENDING_COOKIE, pendingCookie);
      try {
        const { person, tokens, next } = await provider.finish(request.url, request.cookies[PENDING_COOKIE]);
        const token = await sessions.enter(person, tokens, request.ip);
        return await reply
          .setCookie(SESSION_COOKIE, token, sessionCookie(config))
          .redirect(`${provider.siteUrl}${next}`);
      } catch (error) {
        if (!(error instanceof WatchpostError)) log.error({ err: error }, 'log-in at the provider failed');
        await providerSessions.refused(error, request.ip);
        return reply.redirect(failedAt(provider.siteUrl, error));
      }
    },
  );
};

/** The log-in page says why. */
const failedAt = (siteUrl: string, error: unknown): string =>
  `${siteUrl}/?login=${error instanceof WatchpostError ? error.code : 'INTERNAL'}`;
