import { Type } from '@sinclair/typebox';
import type { Account } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import {
  ConfirmedSecondFactor,
  LoginRequest,
  NewSecondFactor,
  ProviderLogOut,
  SecondFactorCode,
  SecondFactorRequest,
  Session,
} from '../contract/session.ts';
import { ReviewKeysChange } from '../contract/review-keys.ts';
import { PasswordChange } from '../contract/users.ts';
import { accountOf, SESSION_COOKIE, sessionCookie } from '../plugins/auth.ts';
import type { App } from './app.ts';

const siteOf = ({ name, timeZone, language, map }: ApiContext['config']['site']): Session['site'] => ({
  ...{ name, timeZone, language },
  map: map ? { attribution: map.attribution, mostZoom: map.mostZoom } : null,
});

export const registerSessionRoutes = (
  app: App,
  { config, sessions, users, secondFactor, reviewKeys }: ApiContext,
): void => {
  const cookie = sessionCookie(config);
  const toSession = async (account: Account): Promise<Session> => ({
    username: account.username,
    role: account.role,
    csrfToken: account.csrfToken,
    mustChangePassword: account.mustChangePassword,
    secondFactor: account.secondFactor,
    byProvider: account.byProvider,
    reviewKeys: await reviewKeys.of(account.username),
    site: siteOf(config.site),
  });

  app.post(
    '/api/session',
    {
      schema: { tags: ['session'], summary: 'Log in', body: LoginRequest, response: { 200: Session } },
      // Per address, beside the lock on the account: slows down guessing over many names.
      config: { rateLimit: { max: 20, timeWindow: 60_000 } },
      bodyLimit: 4_096,
    },
    async (request, reply) => {
      const { token, account } = await sessions.logIn(request.body, request.ip);
      void reply.setCookie(SESSION_COOKIE, token, cookie);
      return toSession(account);
    },
  );
  app.get(
    '/api/session',
    { schema: { tags: ['session'], summary: 'Who is logged in', response: { 200: Session } } },
    async (request) => toSession(accountOf(request)),
  );
  app.delete(
    '/api/session',
    {
      schema: {
        tags: ['session'],
        summary: 'Log out; 200 where the session at the log-in provider is still open, with the page that ends it',
        response: { 200: ProviderLogOut, 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const providerLogOutUrl = await sessions.logOut(accountOf(request));
      void reply.clearCookie(SESSION_COOKIE, cookie);
      if (providerLogOutUrl !== null) return reply.send({ providerLogOutUrl });
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/api/session/password',
    {
      schema: {
        tags: ['session'],
        summary: 'Change the own password; ends the other sessions of the account',
        body: PasswordChange,
        response: { 200: Session },
      },
      config: { rateLimit: { max: 10, timeWindow: 60_000 } },
    },
    async (request) => {
      const account = accountOf(request);
      await users.changePassword(account, request.body.current, request.body.next);
      return toSession({ ...account, mustChangePassword: false });
    },
  );

  app.put(
    '/api/session/keys',
    {
      schema: {
        tags: ['session'],
        summary: 'Choose the own keys of the review page',
        body: ReviewKeysChange,
        response: { 200: Session },
      },
    },
    async (request) => {
      const account = accountOf(request);
      await reviewKeys.choose(account.username, request.body.keys);
      return toSession(account);
    },
  );

  /** Each asks for a password or a code: as slow as log-in for whoever guesses. */
  const guarded = { rateLimit: { max: 10, timeWindow: 60_000 } };
  const tags = ['session'];
  app.post(
    '/api/session/second-factor',
    {
      schema: {
        tags,
        summary: 'New secret for an authenticator app; counts once a code of it is confirmed',
        body: SecondFactorRequest,
        response: { 200: NewSecondFactor },
      },
      config: guarded,
    },
    async (request) => secondFactor.begin(accountOf(request), request.body.password),
  );
  app.post(
    '/api/session/second-factor/confirm',
    {
      schema: {
        tags,
        summary: 'Switch the second step on; the answer holds the recovery codes once',
        body: SecondFactorCode,
        response: { 200: ConfirmedSecondFactor },
      },
      config: guarded,
    },
    async (request) => {
      const account = accountOf(request);
      const recoveryCodes = await secondFactor.confirm(account, request.body.code);
      return { session: await toSession({ ...account, secondFactor: 'on' }), recoveryCodes };
    },
  );
  app.post(
    '/api/session/second-factor/off',
    {
      schema: {
        tags,
        summary: 'Switch the second step off; a role that needs one has to set up another at once',
        body: SecondFactorRequest,
        response: { 200: Session },
      },
      config: guarded,
    },
    async (request) => {
      const account = accountOf(request);
      await secondFactor.switchOff(account, request.body.password);
      return toSession({
        ...account,
        secondFactor: secondFactor.stateOf({ role: account.role, totp_confirmed_at: null, provider_subject: null }),
      });
    },
  );
};
