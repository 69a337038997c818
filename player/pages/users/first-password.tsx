import { useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icons.tsx';
import { useI18n } from '../../i18n/i18n.tsx';

/** A one-time password, shown here and never again; the server keeps only its hash. */
export function FirstPassword(props: {
  readonly username: string;
  readonly password: string;
  readonly onClose: () => void;
}) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(props.password).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <Dialog title={t('users.passwordTitle', { name: props.username })} onClose={props.onClose} keepOpen>
      <p className="muted">{t('users.passwordLead')}</p>
      <p className="one-time">
        <code>{props.password}</code>
        <button type="button" className="button small" onClick={copy}>
          <Icon name={copied ? 'check' : 'copy'} size={15} />
          {t(copied ? 'case.copied' : 'users.copy')}
        </button>
      </p>
      <p className="warning-box">
        <Icon name="warning" size={18} />
        {t('users.passwordOnce')}
      </p>
      <footer>
        <button type="button" className="button primary" onClick={props.onClose}>
          {t('users.passwordNoted')}
        </button>
      </footer>
    </Dialog>
  );
}
