import { type SyntheticEvent, useEffect, useId, useState } from 'react';
import type { Session } from '../../../api/contract/session.ts';
import { api, ApiError } from '../../api-client.ts';
import { ErrorBox } from '../../components/error-box.tsx';
import { LanguageChoice } from '../../components/choices.tsx';
import { Logo } from '../../components/logo.tsx';
import { PasswordField } from '../../components/password-field.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { CodeField } from './code-field.tsx';
import { ProviderButton, takeProviderError } from './provider-button.tsx';

/** The only page without a session. */
export function LoginPage(props: { readonly ended: boolean; readonly onLogIn: (session: Session) => void }) {
  const { t } = useI18n();
  const errorText = useErrorText();
  const userId = useId();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  /** Null while the account is not known to have a second step. */
  const [code, setCode] = useState<string | null>(null);
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(takeProviderError);

  useEffect(() => {
    document.title = `${t('login.title')} · Watchpost`;
  }, [t]);

  const restart = (): void => {
    setPassword('');
    setCode(null);
  };
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setWorking(true);
    setError(null);
    try {
      props.onLogIn(await api.logIn({ username: username.trim(), password, ...(code === null ? {} : { code }) }));
    } catch (failure) {
      const why = failure instanceof ApiError ? failure.code : '';
      if (why === 'AUTH_CODE_REQUIRED') setCode('');
      else {
        setError(failure);
        // The password was right: only the code is asked for again.
        if (why === 'AUTH_CODE_WRONG') setCode('');
        else restart();
      }
    } finally {
      setWorking(false);
    }
  };

  return (
    <main className="login">
      <form className="login-card" onSubmit={(event) => void submit(event)}>
        <header>
          <Logo size={44} />
          <h1>Watchpost</h1>
          <p>{t('login.lead')}</p>
        </header>
        {props.ended && error === null && (
          <div className="info-box" role="status">
            {t('login.ended')}
          </div>
        )}
        {error !== null && <ErrorBox>{errorText(error)}</ErrorBox>}
        {code !== null && (
          <CodeField label={t('twoStep.code')} hint={t('twoStep.loginHint')} value={code} onChange={setCode} />
        )}
        <div className="field" hidden={code !== null}>
          <label htmlFor={userId}>{t('login.username')}</label>
          <input
            id={userId}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            required
            maxLength={64}
            value={username}
            onChange={(event) => setUsername(event.target.value)}
          />
        </div>
        {code === null && (
          <PasswordField
            label={t('login.password')}
            autoComplete="current-password"
            required
            maxLength={256}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
        <button type="submit" className="button primary large" disabled={working}>
          {t(working ? 'login.working' : 'login.submit')}
        </button>
        {code !== null && (
          <button type="button" className="button quiet" onClick={restart}>
            {t('twoStep.otherAccount')}
          </button>
        )}
        <ProviderButton />
        <p className="hint center">{t('login.note')}</p>
      </form>
      <footer>
        <LanguageChoice />
      </footer>
    </main>
  );
}
