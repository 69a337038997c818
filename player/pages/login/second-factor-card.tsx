import qrcode from 'qrcode-generator';
import { type SyntheticEvent, useId, useMemo, useState } from 'react';
import type { NewSecondFactor, Session } from '../../../api/contract/session.ts';
import { api } from '../../api-client.ts';
import { ErrorBox } from '../../components/error-box.tsx';
import { Icon } from '../../components/icons.tsx';
import { PasswordField } from '../../components/password-field.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { CodeField } from './code-field.tsx';

type Step =
  | { readonly at: 'start' }
  | { readonly at: 'scan'; readonly offer: NewSecondFactor }
  | { readonly at: 'codes'; readonly session: Session; readonly codes: readonly string[] };

/** Sets up, or switches off, the code of an authenticator app that is asked for at log-in. */
export function SecondFactorCard(props: { readonly session: Session; readonly onChanged: (session: Session) => void }) {
  const { t } = useI18n();
  const errorText = useErrorText();
  const state = props.session.secondFactor;
  const [step, setStep] = useState<Step>({ at: 'start' });
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const act =
    (run: () => Promise<void>) =>
    (event: SyntheticEvent): void => {
      event.preventDefault();
      setWorking(true);
      setError(null);
      run()
        .catch((failure: unknown) => setError(errorText(failure)))
        .finally(() => setWorking(false));
    };
  const begin = act(async () => {
    const offer = await api.beginSecondFactor({ password });
    setPassword('');
    setStep({ at: 'scan', offer });
  });
  const confirm = act(async () => {
    const { session, recoveryCodes } = await api.confirmSecondFactor({ code });
    setCode('');
    setStep({ at: 'codes', session, codes: recoveryCodes });
  });
  const finish = (session: Session): void => {
    setStep({ at: 'start' });
    props.onChanged(session);
  };
  const switchOff = act(async () => {
    props.onChanged(await api.endSecondFactor({ password }));
    setPassword('');
  });

  return (
    <section className="card form second-factor" aria-labelledby="second-factor">
      <h2 id="second-factor">{t('twoStep.title')}</h2>
      {state === 'required' && step.at === 'start' && (
        <div className="info-box" role="status">
          <Icon name="lock" size={18} />
          {t('twoStep.required')}
        </div>
      )}
      {error !== null && <ErrorBox>{error}</ErrorBox>}
      {step.at === 'start' && (
        <form className="form" onSubmit={state === 'on' ? switchOff : begin}>
          <p className="muted">{t(state === 'on' ? 'twoStep.isOn' : 'twoStep.lead')}</p>
          <PasswordField
            label={t('twoStep.password')}
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <button type="submit" className="button primary" disabled={working}>
            {t(state === 'on' ? 'twoStep.switchOff' : 'twoStep.begin')}
          </button>
        </form>
      )}
      {step.at === 'scan' && (
        <form className="form" onSubmit={confirm}>
          <p>{t('twoStep.scan')}</p>
          <QrCode text={step.offer.uri} label={t('twoStep.qr')} />
          <p className="hint">
            {t('twoStep.secret')}{' '}
            <code className="secret">{step.offer.secret.replaceAll(/(.{4})/g, '$1 ').trim()}</code>
          </p>
          <CodeField label={t('twoStep.code')} value={code} onChange={setCode} />
          <button type="submit" className="button primary" disabled={working}>
            {t('twoStep.confirm')}
          </button>
        </form>
      )}
      {step.at === 'codes' && <RecoveryCodes codes={step.codes} onNoted={() => finish(step.session)} />}
    </section>
  );
}

function RecoveryCodes(props: { readonly codes: readonly string[]; readonly onNoted: () => void }) {
  const { t } = useI18n();
  const id = useId();
  return (
    <div className="form">
      <div className="good-box" role="status">
        <Icon name="check" size={18} />
        {t('twoStep.on')}
      </div>
      <p id={id}>{t('twoStep.codesLead')}</p>
      <ul className="recovery-codes" aria-labelledby={id}>
        {props.codes.map((one) => (
          <li key={one}>
            <code>{one}</code>
          </li>
        ))}
      </ul>
      <p className="warning-box">
        <Icon name="warning" size={18} />
        {t('twoStep.codesOnce')}
      </p>
      <button type="button" className="button primary" onClick={props.onNoted}>
        {t('users.passwordNoted')}
      </button>
    </div>
  );
}

/** Quiet zone that readers need around the code [ISO/IEC 18004]. */
const QUIET = 4;

function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { count, path } = useMemo(() => {
    const code = qrcode(0, 'M');
    code.addData(text);
    code.make();
    const modules = code.getModuleCount();
    let squares = '';
    for (let row = 0; row < modules; row++)
      for (let column = 0; column < modules; column++)
        if (code.isDark(row, column)) squares += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
    return { count: modules + 2 * QUIET, path: squares };
  }, [text]);
  return (
    <svg
      className="qr-code"
      viewBox={`0 0 ${count} ${count}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={count} height={count} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
