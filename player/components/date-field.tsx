import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from 'react';
import { serverNow } from '../api-client.ts';
import { type DayValue, parseDateText, toDateText } from '../date-text.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useSession } from '../session.ts';
import { toDay } from '../site-time.ts';
import { Icon } from './icons.tsx';

/**
 * A day, or a time of a day, of the site: typed as `21/11/2026` or picked in the browser's calendar. It is told when the
 * field is left or Enter is pressed; what is no date stays as it was typed, with what to write instead, and holds up its form.
 */
export function DateField(props: {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  /** Empty: none. */
  readonly value: DayValue;
  readonly onChange: (value: DayValue) => void;
  readonly withTime?: boolean;
  readonly required?: boolean;
  readonly min?: string;
  readonly max?: string;
}) {
  const { t } = useI18n();
  const { timeZone } = useSession().site;
  const { value, onChange, withTime = false, required = false, min, max } = props;
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  /** What is being typed, as long as the field was not given another value. */
  const [typed, setTyped] = useState<{ readonly text: string; readonly over: DayValue } | null>(null);
  const [problem, setProblem] = useState('');
  const isTyping = typed?.over === value;
  const shown = isTyping ? typed.text : toDateText(value);
  const shownProblem = isTyping ? problem : '';
  const missing = required ? t('date.required') : '';
  const held = shownProblem !== '' ? shownProblem : shown.trim() === '' ? missing : '';
  // In our words: the browser's own come in its own language.
  useLayoutEffect(() => field.current?.setCustomValidity(held), [held]);
  const example = `${toDay(serverNow(), timeZone)}${withTime ? 'T07:30:00' : ''}`;

  const judge = (text: string): { readonly value: DayValue; readonly problem: string } => {
    if (text.trim() === '') return { value: '', problem: missing };
    const parsed = parseDateText(text, withTime);
    if (parsed === null)
      return {
        value,
        problem: t(withTime ? 'date.unreadableTime' : 'date.unreadable', { example: toDateText(example) }),
      };
    if (min !== undefined && min !== '' && parsed < min)
      return { value, problem: t('date.tooEarly', { day: toDateText(min) }) };
    if (max !== undefined && max !== '' && parsed.slice(0, 10) > max)
      return { value, problem: t('date.tooLate', { day: toDateText(max) }) };
    return { value: parsed, problem: '' };
  };
  const commit = (text: string): void => {
    const judged = judge(text);
    setProblem(judged.problem);
    setTyped(judged.problem === '' ? null : { text, over: value });
    if (judged.problem === '' && judged.value !== value) onChange(judged.value);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter') commit(event.currentTarget.value);
  };
  return (
    <div className="date-field">
      <label htmlFor={id} className={props.isLabelHidden ? 'visually-hidden' : undefined}>
        {props.label}
      </label>
      <div className="with-button">
        <input
          ref={field}
          id={id}
          type="text"
          autoComplete="off"
          spellCheck={false}
          size={withTime ? 16 : 10}
          aria-required={required}
          placeholder={t(withTime ? 'date.formTime' : 'date.form')}
          aria-invalid={shownProblem !== ''}
          aria-describedby={shownProblem === '' ? undefined : `${id}-problem`}
          value={shown}
          onChange={(event) => {
            setProblem('');
            setTyped({ text: event.target.value, over: value });
          }}
          onKeyDown={onKeyDown}
          onBlur={(event) => {
            if (isTyping) commit(event.target.value);
          }}
        />
        <input
          ref={picker}
          type={withTime ? 'datetime-local' : 'date'}
          className="date-picker"
          tabIndex={-1}
          aria-hidden="true"
          step={withTime ? 1 : undefined}
          min={withTime ? undefined : min}
          max={withTime ? undefined : max}
          value={value}
          onChange={(event) => commit(event.target.value)}
        />
        <button
          type="button"
          className="button icon-only small quiet"
          aria-label={t('date.pick', { field: props.label })}
          title={t('date.pick', { field: props.label })}
          onClick={() => picker.current?.showPicker()}
        >
          <Icon name="calendar" size={17} />
        </button>
      </div>
      {shownProblem !== '' && (
        <p className="field-problem" id={`${id}-problem`} role="alert">
          {shownProblem}
        </p>
      )}
    </div>
  );
}
