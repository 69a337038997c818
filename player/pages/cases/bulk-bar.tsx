import { type SyntheticEvent, useState } from 'react';
import type { BulkRequest, BulkResult } from '../../../api/contract/procedure.ts';
import { api } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { EXEMPT_CHOICES, REJECT_CHOICES } from '../review/keyboard.ts';

type Verdict = BulkRequest['verdict'];

const REASONS: Readonly<Record<Verdict, readonly string[]>> = {
  rejected: REJECT_CHOICES,
  exempt: EXEMPT_CHOICES,
  unsure: [],
};

/** One verdict with one reason for every ticked case. Confirming is not offered: that takes a look at each. */
export function BulkBar(props: {
  readonly ids: readonly string[];
  readonly onClear: () => void;
  readonly onDone: () => void;
}) {
  const { t, name } = useI18n();
  const errorText = useErrorText();
  const [verdict, setVerdict] = useState<Verdict>('rejected');
  const [reason, setReason] = useState('');
  const [note, setNote] = useState('');
  const [working, setWorking] = useState(false);
  const [results, setResults] = useState<BulkResult['results'] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const reasons = REASONS[verdict];

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setWorking(true);
    setError(null);
    try {
      const answer = await api.decideMany({
        ids: [...props.ids],
        verdict,
        ...(reason === '' ? {} : { reason }),
        ...(note.trim() === '' ? {} : { note: note.trim() }),
      });
      setResults(answer.results);
      props.onDone();
    } catch (failure) {
      setError(failure);
    } finally {
      setWorking(false);
    }
  };
  const refused = results?.filter(({ done }) => !done) ?? [];

  return (
    <>
      {props.ids.length > 0 && (
        <form className="filters" aria-label={t('bulk.title')} onSubmit={(event) => void submit(event)}>
          <strong>{t('bulk.chosen', { count: props.ids.length })}</strong>
          <label>
            <span>{t('case.verdict')}</span>
            <select
              value={verdict}
              onChange={(event) => {
                setVerdict(event.target.value as Verdict);
                setReason('');
              }}
            >
              {(Object.keys(REASONS) as Verdict[]).map((one) => (
                <option key={one} value={one}>
                  {name('caseState', one)}
                </option>
              ))}
            </select>
          </label>
          {reasons.length > 0 && (
            <label>
              <span>{t('bulk.reason')}</span>
              <select required value={reason} onChange={(event) => setReason(event.target.value)}>
                <option value="">{t('bulk.choose')}</option>
                {reasons.map((one) => (
                  <option key={one} value={one}>
                    {name('reason', one)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label>
            <span>{t('case.note')}</span>
            <input maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
          </label>
          <button type="submit" className="button primary" disabled={working}>
            {t('bulk.apply')}
          </button>
          <button type="button" className="button quiet" onClick={props.onClear}>
            {t('bulk.clear')}
          </button>
        </form>
      )}
      <div aria-live="polite">
        {error !== null && <div className="error-box">{errorText(error)}</div>}
        {results !== null && (
          <div className={refused.length === 0 ? 'good-box' : 'warning-box'}>
            <Icon name={refused.length === 0 ? 'check' : 'warning'} size={18} />
            <div>
              {t('bulk.done', { done: results.length - refused.length, count: results.length })}
              {refused.length > 0 && (
                <ul>
                  {refused.map(({ id, detail }) => (
                    <li key={id}>{detail ?? id}</li>
                  ))}
                </ul>
              )}
            </div>
          </div>
        )}
      </div>
    </>
  );
}
