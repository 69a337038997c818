import { useEffect, useRef } from 'react';
import { useI18n } from '../../i18n/i18n.tsx';
import type { MessageKey } from '../../i18n/vi.ts';

/** All keys of the review page. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const { t } = useI18n();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const rows: readonly (readonly [readonly string[], MessageKey])[] = [
    [['A', '1'], 'keys.confirm'],
    [['R', '1–8'], 'keys.reject'],
    [['E', '1–5'], 'keys.exempt'],
    [['U'], 'keys.unsure'],
    [['Z'], 'keys.undo'],
    [['N', 'J'], 'keys.next'],
    [['K'], 'keys.previous'],
    [[t('keys.space')], 'keys.play'],
    [['←', '→'], 'keys.second'],
    [[',', '.'], 'keys.frame'],
    [['O'], 'keys.overlay'],
    [['?'], 'keys.help'],
  ];
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">{t('keys.title')}</h2>
      <dl className="keys">
        {rows.map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <footer>
        <button type="button" className="button primary" onClick={() => dialog.current?.close()}>
          {t('keys.close')}
        </button>
      </footer>
    </dialog>
  );
}
