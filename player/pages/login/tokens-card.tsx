import { type SyntheticEvent, useId, useState } from 'react';
import { TOKEN_SCOPES } from '../../../api/contract/token-scopes.ts';
import type { ApiToken, TokenScope } from '../../../api/contract/tokens.ts';
import { api } from '../../api-client.ts';
import { ErrorBox } from '../../components/error-box.tsx';
import { Icon } from '../../components/icons.tsx';
import { PartState, useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useResource } from '../../use-resource.ts';

const DAYS = [7, 30, 90, 366] as const;

/** Keys for programs: made, shown once, revoked. */
export function TokensCard() {
  const { t } = useI18n();
  const errorText = useErrorText();
  const tokens = useResource(api.tokens);
  const { data, reload } = tokens;
  const id = useId();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly TokenScope[]>([]);
  const [days, setDays] = useState<number>(90);
  const [secret, setSecret] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const act = (run: () => Promise<void>): void => {
    setError(null);
    run()
      .then(reload)
      .catch((failure: unknown) => setError(errorText(failure)));
  };
  const create = (event: SyntheticEvent): void => {
    event.preventDefault();
    act(async () => {
      const created = await api.createToken({ name, scopes: [...scopes], days });
      setSecret(created.secret);
      setName('');
      setScopes([]);
    });
  };
  const revoke = ({ id: token }: ApiToken): void =>
    act(async () => {
      await api.revokeToken(token);
    });

  return (
    <section className="card form second-factor" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t('tokens.title')}</h2>
      <p className="muted">{t('tokens.lead')}</p>
      {error !== null && <ErrorBox>{error}</ErrorBox>}
      {secret !== null && (
        <div role="status">
          <p className="one-time">
            <code>{secret}</code>
            <button type="button" className="button small" onClick={() => setSecret(null)}>
              {t('users.passwordNoted')}
            </button>
          </p>
          <p className="warning-box">
            <Icon name="warning" size={18} />
            {t('tokens.once')}
          </p>
        </div>
      )}
      <PartState of={tokens} />
      {(data?.tokens ?? []).map((token) => (
        <Row key={token.id} token={token} onRevoke={() => revoke(token)} />
      ))}
      <form className="form" onSubmit={create}>
        <div className="field">
          <label htmlFor={`${id}-name`}>{t('tokens.name')}</label>
          <input
            id={`${id}-name`}
            required
            maxLength={64}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <fieldset className="choices">
          <legend>{t('tokens.scopes')}</legend>
          {TOKEN_SCOPES.map((scope) => (
            <label key={scope}>
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(event) =>
                  setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
                }
              />
              {t(`tokens.scope.${scope}`)}
            </label>
          ))}
        </fieldset>
        <div className="field">
          <label htmlFor={`${id}-days`}>{t('tokens.days')}</label>
          <select id={`${id}-days`} value={days} onChange={(event) => setDays(Number(event.target.value))}>
            {DAYS.map((count) => (
              <option key={count} value={count}>
                {t('tokens.dayCount', { count })}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" className="button primary" disabled={scopes.length === 0}>
          {t('tokens.create')}
        </button>
      </form>
    </section>
  );
}

function Row({ token, onRevoke }: { readonly token: ApiToken; readonly onRevoke: () => void }) {
  const { t, format } = useI18n();
  return (
    <div className="one-time">
      <div>
        <strong>{token.name}</strong> <span className="sub">{token.username}</span>
        <p className="hint">
          {token.scopes.map((scope) => t(`tokens.scope.${scope}`)).join(' · ')}
          <br />
          {token.revokedAt === null
            ? t('tokens.until', { time: format.dateTime(token.expiresAt) })
            : t('tokens.revoked', { time: format.dateTime(token.revokedAt) })}
          {' · '}
          {token.lastUsedAt === null
            ? t('tokens.unused')
            : t('tokens.used', { time: format.dateTime(token.lastUsedAt) })}
        </p>
      </div>
      {token.revokedAt === null && (
        <button
          type="button"
          className="button small"
          aria-label={t('tokens.revokeOne', { name: token.name })}
          onClick={onRevoke}
        >
          {t('tokens.revoke')}
        </button>
      )}
    </div>
  );
}
