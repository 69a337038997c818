import { type SyntheticEvent, useEffect, useState } from 'react';
import { parsePlate, type PlateParse } from '../../pipeline/plates/parse.ts';
import { api } from '../api-client.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { Icon } from './icons.tsx';
import { useErrorText } from './states.tsx';

type PlateCorrectionProps = {
  readonly caseId: string;
  readonly trackId: number;
  /** What the field begins with. */
  readonly text: string;
  readonly onSaved: () => void;
  readonly onCancel: () => void;
};

/** An officer's own reading of a plate; the grammar of Vietnamese plates is held against every key. */
export function PlateCorrection(props: PlateCorrectionProps) {
  const { t } = useI18n();
  const errorText = useErrorText();
  const [text, setText] = useState(props.text);
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => setText(props.text), [props.text]);
  const typed = text.trim();

  const save = (read: string | null): void => {
    setWorking(true);
    setFailure(null);
    api.correctPlate(props.caseId, { trackId: props.trackId, text: read }).then(props.onSaved, (error: unknown) => {
      setFailure(error);
      setWorking(false);
    });
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (typed.length >= 3) save(typed);
  };
  return (
    <form className="plate-correction" onSubmit={submit}>
      <label className="field">
        <span>{t('plate.correctLabel')}</span>
        <input
          autoFocus
          className="plate-input"
          autoComplete="off"
          spellCheck={false}
          maxLength={16}
          pattern="[0-9A-Za-zĐđ .\-]{3,16}"
          value={text}
          onChange={(event) => setText(event.target.value.toUpperCase())}
          onKeyDown={(event) => {
            if (event.key === 'Escape') props.onCancel();
          }}
        />
      </label>
      <div aria-live="polite">{typed !== '' && <GrammarNote parse={parsePlate(typed)} onTake={setText} />}</div>
      {failure !== null && <p className="field-problem">{errorText(failure)}</p>}
      <div className="button-row">
        <button type="submit" className="button small primary" disabled={working || typed.length < 3}>
          {t('plate.save')}
        </button>
        <button type="button" className="button small" disabled={working} onClick={() => save(null)}>
          {t('plate.unreadable')}
        </button>
        <button type="button" className="button small quiet" onClick={props.onCancel}>
          {t('users.cancel')}
        </button>
      </div>
    </form>
  );
}

function GrammarNote({ parse, onTake }: { readonly parse: PlateParse; readonly onTake: (text: string) => void }) {
  const { t, name } = useI18n();
  const [only] = parse.candidates;
  if (parse.status === 'valid' && only && parse.candidates.length === 1)
    return (
      <p className="plate-grammar" data-tone="good">
        <Icon name="check" size={15} />
        {[only.text, name('plateKind', only.kind), only.province?.name].filter(Boolean).join(' · ')}
      </p>
    );
  return (
    <div className="plate-grammar" data-tone="warn">
      <span>{parse.reason === null ? t('plate.several') : name('plateFault', parse.reason)}</span>
      {parse.candidates.slice(0, 4).map(({ text }) => (
        <button key={text} type="button" className="button small" onClick={() => onTake(text)}>
          {text}
        </button>
      ))}
    </div>
  );
}
