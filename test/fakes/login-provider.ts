import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration, type InteractionResults } from 'oidc-provider';

export type FakePerson = { readonly claims: Record<string, unknown>; disabled?: boolean };

export type FakeLoginProvider = {
  readonly issuer: string;
  /** By subject. Changed while it runs: what is asked next is answered by what stands here then. */
  readonly people: Map<string, FakePerson>;
  /** Who sits at the browser; null refuses the log-in as somebody who goes back would. */
  atBrowser: string | null;
  /** Answers no more, until `resume`. */
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const KEYS = ['preferred_username', 'name', 'groups'];

/** A certified OpenID provider (oidc-provider) on loopback, that logs in whoever sits at the browser without a form. */
export const startLoginProvider = async (options: {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly siteUrl: string;
  /** Whether groups stand in the ID token, or only at the user-info endpoint. */
  readonly groupsIn: 'token' | 'userinfo';
  readonly refreshTokens?: boolean;
}): Promise<FakeLoginProvider> => {
  const people = new Map<string, FakePerson>();
  const server: Server = createServer();
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const configuration: Configuration = {
    clients: [
      {
        client_id: options.clientId,
        ...(options.clientSecret === undefined
          ? { token_endpoint_auth_method: 'none' as const }
          : { client_secret: options.clientSecret }),
        redirect_uris: [`${options.siteUrl}/api/session/oidc/callback`],
        post_logout_redirect_uris: [`${options.siteUrl}/`],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: KEYS },
    conformIdTokenClaims: options.groupsIn === 'userinfo',
    cookies: { keys: ['a key of this test'] },
    issueRefreshToken: () => Promise.resolve(options.refreshTokens ?? true),
    features: { devInteractions: { enabled: false }, userinfo: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AccessToken: 3_600, AuthorizationCode: 60, IdToken: 3_600, Interaction: 600, Session: 3_600, Grant: 3_600 },
    findAccount: (_, sub) => {
      const person = people.get(sub);
      if (!person || person.disabled === true) return undefined;
      return { accountId: sub, claims: () => ({ sub, ...person.claims }) };
    },
  };
  const provider = new Provider(issuer, configuration);
  const fake = {
    ...{ issuer, people, atBrowser: null as string | null },
    pause: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    resume: () => listen(port),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) {
      await next();
      return;
    }
    const { prompt, params, grantId } = await provider.interactionDetails(context.req, context.res);
    const finish = (result: InteractionResults): Promise<void> =>
      provider.interactionFinished(context.req, context.res, result, { mergeWithLastSubmission: true });
    const accountId = fake.atBrowser;
    if (accountId === null) return finish({ error: 'access_denied', error_description: 'went back' });
    if (prompt.name === 'login') return finish({ login: { accountId } });
    const grant =
      (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
      new provider.Grant({ accountId, clientId: String(params['client_id']) });
    grant.addOIDCScope('openid profile email');
    return finish({ consent: { grantId: await grant.save() } });
  });
  const answer = provider.callback();
  server.on('request', (request, response) => void answer(request, response));
  return fake;
};
