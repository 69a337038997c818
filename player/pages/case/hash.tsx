import { useState } from 'react';
import { Icon } from '../../components/icons.tsx';
import { useI18n } from '../../i18n/i18n.tsx';

/** A hash, short to the eye and whole to the clipboard. */
export function Hash({ value, label }: { readonly value: string; readonly label: string }) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(value).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 2_000);
      },
      () => undefined,
    );
  };
  return (
    <span className="hash">
      <code title={value}>
        {value.slice(0, 12)}…{value.slice(-6)}
      </code>
      <button
        type="button"
        className="button icon-only tiny quiet"
        onClick={copy}
        aria-label={t('case.copy', { name: label })}
      >
        <Icon name={copied ? 'check' : 'copy'} size={14} />
      </button>
    </span>
  );
}
