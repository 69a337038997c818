import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { keysOf, type ReviewCommand } from '../../../api/contract/review-commands.ts';
import type { ReviewKeys } from '../../../api/contract/review-keys.ts';
import { api } from '../../api-client.ts';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession, useSetSession } from '../../session.ts';
import { changeKey, EXEMPT_CHOICES, keyName, REJECT_CHOICES } from './keyboard.ts';

type Row = { readonly command: ReviewCommand; readonly then?: number };
/** `then`: how many reasons are chosen from by number afterwards. */
const ROWS: readonly Row[] = [
  { command: 'confirm' },
  { command: 'startReject', then: REJECT_CHOICES.length },
  { command: 'startExempt', then: EXEMPT_CHOICES.length },
  { command: 'unsure' },
  { command: 'undo' },
  { command: 'next' },
  { command: 'previous' },
  { command: 'play' },
  { command: 'secondBack' },
  { command: 'secondOn' },
  { command: 'frameBack' },
  { command: 'frameOn' },
  { command: 'overlay' },
  { command: 'help' },
];

/** All keys of the review page. Each can be changed: press its button, then the new key. They go with the account. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const { t } = useI18n();
  const errorText = useErrorText();
  const { reviewKeys: chosen } = useSession();
  const setSession = useSetSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const [changing, setChanging] = useState<ReviewCommand | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const keys = keysOf(chosen);

  const save = (next: ReviewKeys): void => {
    setRefusal(null);
    api.chooseKeys(next).then(setSession, (error: unknown) => setRefusal(errorText(error)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (changing === null || event.key === 'Escape' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Shift') return;
    event.preventDefault();
    const change = changeKey(chosen, changing, event);
    if ('keys' in change) {
      setChanging(null);
      save(change.keys);
    } else if (change.refused === 'taken') {
      setRefusal(t('keys.taken', { key: keyName(event.key, t('keys.space')), command: t(`keys.${change.by}`) }));
    } else setRefusal(t('keys.reserved'));
  };

  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby="keys-title"
      onClose={onClose}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        if (changing === null) return;
        event.preventDefault();
        setChanging(null);
        setRefusal(null);
      }}
    >
      <h2 id="keys-title">{t('keys.title')}</h2>
      <p className="hint">{t('keys.lead')}</p>
      <dl className="keys">
        {ROWS.map(({ command, then }) => (
          <div key={command} data-changing={command === changing || undefined}>
            <dt>
              <kbd data-changed={chosen[command] !== undefined || undefined}>
                {keyName(keys[command], t('keys.space'))}
              </kbd>
              {then !== undefined && <kbd>{`1–${then}`}</kbd>}
            </dt>
            <dd>{t(`keys.${command}`)}</dd>
            <button
              type="button"
              className="button small quiet"
              aria-pressed={command === changing}
              aria-label={t('keys.changeOne', { command: t(`keys.${command}`) })}
              onClick={() => {
                setRefusal(null);
                setChanging(command === changing ? null : command);
              }}
            >
              {t(command === changing ? 'keys.press' : 'keys.change')}
            </button>
          </div>
        ))}
      </dl>
      <div aria-live="assertive">{refusal !== null && <p className="error-box">{refusal}</p>}</div>
      <footer>
        <button
          type="button"
          className="button"
          disabled={Object.keys(chosen).length === 0}
          onClick={() => {
            setChanging(null);
            save({});
          }}
        >
          {t('keys.reset')}
        </button>
        <button type="button" className="button primary" onClick={() => dialog.current?.close()}>
          {t('keys.close')}
        </button>
      </footer>
    </dialog>
  );
}
