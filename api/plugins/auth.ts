import '@fastify/cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { timingSafeEqual } from 'node:crypto';
import type { Config } from '../../pipeline/config-schema.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { ACCESS, accessKey, BEFORE_PASSWORD_CHANGE, BEFORE_SECOND_FACTOR, ROUTES_OF_SCOPE } from '../access.ts';
import type { Account } from '../accounts/account.ts';
import type { SessionStore } from '../accounts/session-store.ts';
import type { TokenStore } from '../accounts/token-store.ts';

export const SESSION_COOKIE = 'watchpost_session';
/** `Set-Cookie` of a session. */
export const sessionCookie = ({ server }: Pick<Config, 'server'>) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: server.secureCookies }) as const;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

declare module 'fastify' {
  interface FastifyRequest {
    /** The person behind the request; null on public routes. */
    account: Account | null;
  }
  interface FastifyContextConfig {
    /** Key of the route in api/access.ts. */
    accessKey?: string;
  }
}

const sameText = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** The account of a request on a route that needs one. */
export const accountOf = (request: FastifyRequest): Account => {
  if (!request.account) throw new WatchpostError('AUTH_REQUIRED', 'Log in first');
  return request.account;
};

/** Whether the request comes from this very machine and not through a proxy on it. */
export const isLocal = (request: FastifyRequest): boolean =>
  LOOPBACK.has(request.ip) &&
  request.headers['x-forwarded-for'] === undefined &&
  request.headers['forwarded'] === undefined;

/** Where accounts behind requests are found. */
export type Credentials = { readonly sessions: SessionStore; readonly tokens: TokenStore };

/** The account of a request's `Authorization: Bearer` token or else of its cookie, or null. */
export const findAccount = async (
  request: FastifyRequest,
  { sessions, tokens }: Credentials,
): Promise<Account | null> => {
  const { authorization } = request.headers;
  // A token that is wrong is never made good by a cookie: the request is the program's.
  if (authorization !== undefined) return tokens.find(/^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '', request.ip);
  const token = request.cookies[SESSION_COOKIE];
  return token ? sessions.find(token) : null;
};

/**
 * Asks the table of api/access.ts on every request, and refuses to start with a route that is not in it.
 * Requests that change something also need the session's token in `x-csrf-token`: another site can make a browser
 * send the cookie, but cannot read the token.
 */
export const registerAuth = (app: FastifyInstance, credentials: Credentials): void => {
  app.decorateRequest('account', null);
  app.addHook('onRoute', (route) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    for (const method of methods) {
      const key = accessKey(method, route.url);
      if (key === null) throw new TypeError(`route ${method} ${route.url} has no entry in api/access.ts`);
      route.config = { ...route.config, accessKey: key };
    }
  });
  app.addHook('onRequest', async (request) => {
    // What no route takes goes to the not-found handler, which shows nothing but the player's first page.
    if (request.is404) return;
    const key = request.routeOptions.config.accessKey ?? '';
    const access = ACCESS[key];
    if (access === 'public') {
      if (!SAFE_METHODS.has(request.method)) refuseOtherSites(request);
      return;
    }
    if (!access) throw new WatchpostError('FORBIDDEN', 'Nobody may do this');
    if (access.internal === true && isLocal(request)) return;
    const account = await findAccount(request, credentials);
    if (!account) throw new WatchpostError('AUTH_REQUIRED', 'Log in first');
    // A browser never adds a token by itself, so no other site can make it send one.
    if (!SAFE_METHODS.has(request.method) && account.tokenScopes === null) {
      refuseOtherSites(request);
      const sent = request.headers['x-csrf-token'];
      if (typeof sent !== 'string' || !sameText(sent, account.csrfToken))
        throw new WatchpostError(
          'FORBIDDEN',
          'Header x-csrf-token is missing or wrong; it comes with GET /api/session',
        );
    }
    if (account.mustChangePassword && !BEFORE_PASSWORD_CHANGE.has(key))
      throw new WatchpostError(
        'PASSWORD_CHANGE_REQUIRED',
        'Choose your own password first: POST /api/session/password with current and next',
      );
    if (account.secondFactor === 'required' && !BEFORE_SECOND_FACTOR.has(key))
      throw new WatchpostError(
        'SECOND_FACTOR_REQUIRED',
        `Role ${account.role} needs a second step at log-in; set it up first: POST /api/session/second-factor`,
      );
    if (!access.roles.includes(account.role))
      throw new WatchpostError(
        'FORBIDDEN',
        `Role ${account.role} may not do this; it needs ${access.roles.join(', ')}`,
      );
    if (account.tokenScopes?.some((scope) => ROUTES_OF_SCOPE[scope].includes(key)) === false)
      throw new WatchpostError(
        'FORBIDDEN',
        `This token may not do this; its scopes are ${account.tokenScopes.join(', ')}`,
      );
    request.account = account;
  });
};

/** A browser says by itself where a request comes from. */
const refuseOtherSites = (request: FastifyRequest): void => {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new WatchpostError('FORBIDDEN', 'Requests from other sites are refused');
};
