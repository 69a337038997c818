import type { ClientAuth, Configuration, TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import type { Logger } from 'pino';
import type { Clock } from '../../pipeline/clock.ts';
import type { OidcConfig } from '../../pipeline/config/accounts.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { type Claims, findClaim, type ProviderPerson, toPerson } from './provider-rights.ts';
import type { SecretBox } from './secret-box.ts';

export const CALLBACK_PATH = '/api/session/oidc/callback';
/** As long as somebody may take for password and second step at the provider. */
export const LOGIN_LIMIT_MS = 10 * 60_000;
const ANSWER_LIMIT_S = 8;
const CLOCK_TOLERANCE_S = 30;
const SEAL_CONTEXT = 'oidc log-in';

type Library = typeof import('openid-client');
type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;
/** What must come back with the answer; kept in the browser, sealed. */
type Pending = {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly next: string;
  readonly startedAt: number;
};

/** What a session keeps of the provider, sealed. */
export type ProviderTokens = { readonly refresh: string | null; readonly id: string | null };
export type Recheck =
  | { readonly state: 'holds'; readonly person: ProviderPerson; readonly tokens: ProviderTokens }
  | { readonly state: 'refused'; readonly reason: string }
  | { readonly state: 'unreachable' };

/**
 * An OpenID Connect provider: authorization code flow with PKCE [RFC 7636], state and nonce [OpenID Connect Core 1.0].
 * Its description is read when it is first needed and whenever that failed, so the site starts without it.
 */
export class LoginProvider {
  readonly #config: OidcConfig;
  readonly #box: SecretBox;
  readonly #clock: Clock;
  readonly #log: Logger;
  #opened: Promise<{ library: Library; client: Configuration }> | null = null;

  constructor(config: OidcConfig, options: { readonly box: SecretBox; readonly clock: Clock; readonly log: Logger }) {
    this.#config = config;
    this.#box = options.box;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  get recheckMs(): number {
    return this.#config.recheckMinutes * 60_000;
  }
  get sessionMs(): number {
    return this.#config.sessionHours * 3_600_000;
  }
  /** Where log-in ends, good or bad. */
  get siteUrl(): string {
    return this.#config.siteUrl.replace(/\/+$/, '');
  }

  /**
   * @param next path of this site that is opened afterwards
   * @returns the provider's address, and what `finish` needs again
   * @throws WatchpostError AUTH_PROVIDER_UNAVAILABLE
   */
  async begin(next: string): Promise<{ url: string; sealed: string }> {
    const { library, client } = await this.#open();
    const pending: Pending = {
      state: library.randomState(),
      nonce: library.randomNonce(),
      verifier: library.randomPKCECodeVerifier(),
      next,
      startedAt: this.#clock.now(),
    };
    const url = library.buildAuthorizationUrl(client, {
      redirect_uri: `${this.siteUrl}${CALLBACK_PATH}`,
      scope: this.#config.scope,
      code_challenge: await library.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
      state: pending.state,
      nonce: pending.nonce,
    });
    return { url: url.href, sealed: await this.#box.seal(Buffer.from(JSON.stringify(pending)), SEAL_CONTEXT) };
  }

  /**
   * @param path with the query that the provider sent back
   * @throws WatchpostError AUTH_PROVIDER_REFUSED, AUTH_PROVIDER_UNAVAILABLE, AUTH_NO_ROLE
   */
  async finish(
    path: string,
    sealed: string | undefined,
  ): Promise<{ person: ProviderPerson; tokens: ProviderTokens; next: string }> {
    const pending = await this.#unseal(sealed);
    const { library, client } = await this.#open();
    try {
      const tokens = await library.authorizationCodeGrant(client, new URL(path, this.siteUrl), {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      const person = toPerson(await this.#claimsOf(tokens), this.#config);
      return { person, tokens: toKept(tokens, null), next: pending.next };
    } catch (error) {
      throw this.#explain(error, library);
    }
  }

  /** Asks whether the account still holds, and with which rights. */
  async recheck(kept: ProviderTokens, subject: string): Promise<Recheck> {
    if (kept.refresh === null) return { state: 'unreachable' };
    let library: Library | null = null;
    try {
      const opened = await this.#open();
      library = opened.library;
      const tokens = await library.refreshTokenGrant(opened.client, kept.refresh);
      const person = toPerson(
        await this.#claimsOf(tokens, subject.slice(this.#config.issuer.length + 1)),
        this.#config,
      );
      if (person.subject !== subject) return { state: 'refused', reason: 'another subject' };
      return { state: 'holds', person, tokens: toKept(tokens, kept) };
    } catch (error) {
      if (library && error instanceof library.ResponseBodyError && error.error === 'invalid_grant')
        return { state: 'refused', reason: 'the provider no longer accepts the account' };
      if (error instanceof WatchpostError && error.code === 'AUTH_NO_ROLE')
        return { state: 'refused', reason: 'no role any more' };
      this.#log.warn({ err: error }, 'log-in provider could not be asked whether an account still holds');
      return { state: 'unreachable' };
    }
  }

  /** Where the browser goes to end the session at the provider too; null where the provider has no such page. */
  async logOutUrl({ id }: ProviderTokens): Promise<string | null> {
    try {
      const { library, client } = await this.#open();
      if (client.serverMetadata().end_session_endpoint === undefined) return null;
      return library.buildEndSessionUrl(client, {
        post_logout_redirect_uri: `${this.siteUrl}/`,
        ...(id === null ? {} : { id_token_hint: id }),
      }).href;
    } catch (error) {
      this.#log.warn({ err: error }, 'log-in provider could not be asked for its log-out page');
      return null;
    }
  }

  async sealTokens(tokens: ProviderTokens, context: string): Promise<string> {
    return this.#box.seal(Buffer.from(JSON.stringify(tokens)), context);
  }
  async openTokens(sealed: string, context: string): Promise<ProviderTokens> {
    return JSON.parse((await this.#box.open(sealed, context)).toString()) as ProviderTokens;
  }

  /** The ID token's claims; where rights or name are not among them, those of the user-info endpoint too. */
  async #claimsOf(tokens: Tokens, knownSubject?: string): Promise<Claims> {
    const claims: Claims = tokens.claims() ?? {};
    const { rightsClaim, usernameClaim } = this.#config;
    if ([rightsClaim, usernameClaim].every((path) => findClaim(claims, path) !== undefined)) return claims;
    const { library, client } = await this.#open();
    const subject = typeof claims['sub'] === 'string' ? claims['sub'] : knownSubject;
    if (client.serverMetadata().userinfo_endpoint === undefined || subject === undefined) return claims;
    return { ...claims, ...(await library.fetchUserInfo(client, tokens.access_token, subject)) };
  }

  async #unseal(sealed: string | undefined): Promise<Pending> {
    const pending =
      sealed === undefined
        ? null
        : await this.#box.open(sealed, SEAL_CONTEXT).then(
            (bytes) => JSON.parse(bytes.toString()) as Pending,
            () => null,
          );
    if (pending === null || pending.startedAt < this.#clock.now() - LOGIN_LIMIT_MS)
      throw new WatchpostError('AUTH_PROVIDER_REFUSED', 'The log-in took too long, or began in another browser');
    return pending;
  }

  #open(): Promise<{ library: Library; client: Configuration }> {
    this.#opened ??= this.#discover().catch((error: unknown) => {
      this.#opened = null;
      this.#log.warn({ err: error, issuer: this.#config.issuer }, 'log-in provider could not be reached');
      throw new WatchpostError('AUTH_PROVIDER_UNAVAILABLE', 'The log-in provider cannot be reached; try again', {
        cause: error,
      });
    });
    return this.#opened;
  }

  async #discover(): Promise<{ library: Library; client: Configuration }> {
    const { issuer, clientId, clientSecret } = this.#config;
    const library = await import('openid-client');
    const server = new URL(issuer);
    const client = await library.discovery(
      server,
      clientId,
      { [library.clockTolerance]: CLOCK_TOLERANCE_S },
      clientSecret === undefined ? library.None() : secretAuth(library, clientSecret),
      {
        timeout: ANSWER_LIMIT_S,
        execute: [
          library.enableNonRepudiationChecks,
          // The configuration takes http on this very machine alone.
          // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only to be seen
          ...(server.protocol === 'http:' ? [library.allowInsecureRequests] : []),
        ],
      },
    );
    return { library, client };
  }

  #explain(error: unknown, library: Library): unknown {
    if (error instanceof WatchpostError) return error;
    this.#log.warn({ err: error }, 'log-in at the provider failed');
    const isRefusal =
      error instanceof library.AuthorizationResponseError ||
      (error instanceof library.ResponseBodyError && error.status < 500) ||
      (error instanceof library.ClientError && !UNREACHABLE.has(error.code ?? ''));
    return isRefusal
      ? new WatchpostError('AUTH_PROVIDER_REFUSED', 'The provider refused the log-in, or its answer does not fit', {
          cause: error,
        })
      : new WatchpostError('AUTH_PROVIDER_UNAVAILABLE', 'The log-in provider does not answer; try again', {
          cause: error,
        });
  }
}

/** A provider that does not say what it takes wants the header [OpenID Connect Discovery 1.0, section 3]. */
const secretAuth = (library: Library, secret: string): ClientAuth => {
  const [inHeader, inBody] = [library.ClientSecretBasic(secret), library.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const takesHeader = server.token_endpoint_auth_methods_supported?.includes('client_secret_basic') ?? true;
    (takesHeader ? inHeader : inBody)(server, ...rest);
  };
};

const UNREACHABLE: ReadonlySet<string> = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM']);

/** A provider that gives no new refresh token means the old one to be used again. */
const toKept = (tokens: Tokens, before: ProviderTokens | null): ProviderTokens => ({
  refresh: tokens.refresh_token ?? before?.refresh ?? null,
  id: tokens.id_token ?? before?.id ?? null,
});
