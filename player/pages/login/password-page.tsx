import { type SyntheticEvent, useState } from 'react';
import type { Session } from '../../../api/contract/session.ts';
import { api } from '../../api-client.ts';
import { ErrorBox } from '../../components/error-box.tsx';
import { Icon } from '../../components/icons.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { PasswordField } from '../../components/password-field.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { mustSetUpAccount } from '../../session.ts';
import { SecondFactorCard } from './second-factor-card.tsx';
import { TokensCard } from './tokens-card.tsx';

/** The own password and second step; the first thing to do with a password that somebody else gave. */
export function PasswordPage(props: { readonly session: Session; readonly onChanged: (session: Session) => void }) {
  const { t } = useI18n();
  const errorText = useErrorText();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [repeat, setRepeat] = useState('');
  const [state, setState] = useState<'idle' | 'working' | 'done'>('idle');
  const [error, setError] = useState<string | null>(null);

  if (props.session.byProvider)
    return (
      <div className="page narrow">
        <PageHeader title={t('password.pageTitle')} />
        <p className="info-box">{t('password.atProvider')}</p>
      </div>
    );
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (next !== repeat) {
      setError(t('password.differ'));
      return;
    }
    setState('working');
    setError(null);
    try {
      const session = await api.changePassword({ current, next });
      setCurrent('');
      setNext('');
      setRepeat('');
      setState('done');
      props.onChanged(session);
    } catch (failure) {
      setError(errorText(failure));
      setState('idle');
    }
  };

  return (
    <div className="page narrow">
      <PageHeader title={t('password.pageTitle')} />
      <form className="card form" onSubmit={(event) => void submit(event)}>
        {props.session.mustChangePassword && (
          <div className="info-box" role="status">
            <Icon name="lock" size={18} />
            {t('password.required')}
          </div>
        )}
        {error !== null && <ErrorBox>{error}</ErrorBox>}
        {state === 'done' && (
          <div className="good-box" role="status">
            <Icon name="check" size={18} />
            {t('password.done')}
          </div>
        )}
        <input type="text" autoComplete="username" value={props.session.username} readOnly hidden />
        <PasswordField
          label={t('password.current')}
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <PasswordField
          label={t('password.next')}
          hint={t('password.hint')}
          autoComplete="new-password"
          required
          maxLength={256}
          value={next}
          onChange={(event) => setNext(event.target.value)}
        />
        <PasswordField
          label={t('password.repeat')}
          autoComplete="new-password"
          required
          maxLength={256}
          value={repeat}
          onChange={(event) => setRepeat(event.target.value)}
        />
        <button type="submit" className="button primary" disabled={state === 'working'}>
          {t('password.submit')}
        </button>
      </form>
      {!props.session.mustChangePassword && <SecondFactorCard session={props.session} onChanged={props.onChanged} />}
      {!mustSetUpAccount(props.session) && <TokensCard />}
    </div>
  );
}
