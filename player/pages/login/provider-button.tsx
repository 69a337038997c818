import { useEffect, useState } from 'react';
import { api, ApiError } from '../../api-client.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { hasName } from '../../i18n/translate.ts';

/** Log-in at the provider, where one is configured; afterwards the page that was asked for is opened. */
export function ProviderButton() {
  const { t } = useI18n();
  const [provider, setProvider] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    // Whoever cannot be asked offers what is always there: user name and password.
    api.loginWays(abort.signal).then(
      (ways) => setProvider(ways.provider),
      () => undefined,
    );
    return () => abort.abort();
  }, []);
  if (provider === null) return null;
  const next = encodeURIComponent(location.pathname + location.search);
  return (
    <>
      <p className="or">{t('login.or')}</p>
      <a className="button large" href={`/api/session/oidc?next=${next}`}>
        {t('login.provider', { name: provider })}
      </a>
    </>
  );
}

/** Why the provider sent somebody back without a session (`?login=CODE`). Taken out of the address, so told once. */
export function takeProviderError(): unknown {
  const address = new URL(location.href);
  const code = address.searchParams.get('login');
  if (code === null || !hasName('error', code)) return null;
  address.searchParams.delete('login');
  history.replaceState(history.state, '', address);
  return new ApiError(401, code, '');
}
