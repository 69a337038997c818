import { useId, useState } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { Icon } from './icons.tsx';

/** A text to look for, asked for at Enter or by its button: what is looked for is audited, and not letter by letter. */
export function SearchField(props: {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onFind: (text: string) => void;
}) {
  const { t } = useI18n();
  const { value, onFind } = props;
  const id = useId();
  /** What is being typed, as long as the field was not given another value. */
  const [typed, setTyped] = useState<{ readonly text: string; readonly over: string } | null>(null);
  const text = typed?.over === value ? typed.text : value;
  return (
    <div className="find">
      <label htmlFor={id}>{props.label}</label>
      <span className="with-button">
        <input
          id={id}
          type="search"
          value={text}
          maxLength={64}
          spellCheck={false}
          autoComplete="off"
          placeholder={props.placeholder}
          onChange={({ target }) => {
            setTyped({ text: target.value, over: value });
            // The cross of the field empties it.
            if (target.value === '') onFind('');
          }}
          onKeyDown={({ key }) => {
            if (key === 'Enter') onFind(text.trim());
          }}
        />
        <button
          type="button"
          className="button icon-only small quiet"
          aria-label={`${t('plates.find')}: ${props.label}`}
          onClick={() => onFind(text.trim())}
        >
          <Icon name="search" size={18} />
        </button>
      </span>
    </div>
  );
}
