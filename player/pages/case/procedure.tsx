import { useState } from 'react';
import type { CaseDetail } from '../../../api/contract/cases.ts';
import { type CaseStatus, NEXT_STATUSES } from '../../../pipeline/procedure.ts';
import { api, serverNow } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { navigate, reviewPath } from '../../router.ts';
import { canDecide, canProceed, canReopen, useSession } from '../../session.ts';

type Changing = { readonly detail: CaseDetail; readonly onChanged: () => void };

/** Where the case stands in the procedure of fining, the clock that runs, and the steps that may follow. */
export function Procedure({ detail, onChanged }: Changing) {
  const { t, name, format } = useI18n();
  const { role } = useSession();
  const errorText = useErrorText();
  const [working, setWorking] = useState(false);
  const [reason, setReason] = useState('');
  const [error, setError] = useState<unknown>(null);
  const { status, dueAt, dueFor } = detail;
  if (status === null) return null;

  const move = async (next: CaseStatus): Promise<void> => {
    setWorking(true);
    setError(null);
    try {
      await api.moveCase(detail.id, { status: next, ...(reason.trim() === '' ? {} : { note: reason.trim() }) });
      setReason('');
      onChanged();
    } catch (failure) {
      setError(failure);
    } finally {
      setWorking(false);
    }
  };

  const next = canProceed(role) ? NEXT_STATUSES[status] : [];
  const overdue = dueAt !== null && dueAt < serverNow();
  return (
    <section className="card" data-status={status}>
      <h2>{t('case.procedure')}</h2>
      <p>
        <strong>{name('status', status)}</strong>
      </p>
      {dueAt !== null && dueFor !== null && (
        <p className={overdue ? 'error-box' : 'muted'}>
          {t(overdue ? 'case.overdue' : 'case.due', { what: name('due', dueFor), time: format.dateTime(dueAt) })}
        </p>
      )}
      {detail.escalated && (
        <div className="warning-box" role="note">
          <Icon name="warning" size={18} />
          {t('case.escalated')}
        </div>
      )}
      {next.length > 0 && (
        <>
          <label className="field">
            <span>{t('case.stepNote')}</span>
            <input value={reason} maxLength={2000} onChange={(event) => setReason(event.target.value)} />
          </label>
          <div className="button-row">
            {next.map((step) => (
              <button
                key={step}
                type="button"
                className="button"
                data-step={step}
                disabled={working || (step === 'cancelled' && reason.trim() === '')}
                onClick={() => void move(step)}
              >
                {name('step', step)}
              </button>
            ))}
          </div>
        </>
      )}
      <div aria-live="polite">{error !== null && <div className="error-box">{errorText(error)}</div>}</div>
    </section>
  );
}

/** What people wrote on the case. Notes are only ever added. */
export function Notes({ detail, onChanged }: Changing) {
  const { t, format } = useI18n();
  const { role } = useSession();
  const errorText = useErrorText();
  const [text, setText] = useState('');
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const add = async (): Promise<void> => {
    setWorking(true);
    setError(null);
    try {
      await api.addNote(detail.id, text.trim());
      setText('');
      onChanged();
    } catch (failure) {
      setError(failure);
    } finally {
      setWorking(false);
    }
  };

  if (detail.notes.length === 0 && !canDecide(role)) return null;
  return (
    <section className="card">
      <h2>{t('case.notes')}</h2>
      <ol className="history">
        {detail.notes.map((note) => (
          <li key={note.id}>
            <time>{format.dateTime(note.at)}</time>
            <span>
              <strong>{note.actor}</strong> · {note.text}
            </span>
          </li>
        ))}
      </ol>
      {canDecide(role) && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void add();
          }}
        >
          <label className="field">
            <span>{t('case.newNote')}</span>
            <textarea rows={2} maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} />
          </label>
          <button type="submit" className="button" disabled={working || text.trim() === ''}>
            {t('case.addNote')}
          </button>
        </form>
      )}
      <div aria-live="polite">{error !== null && <div className="error-box">{errorText(error)}</div>}</div>
    </section>
  );
}

/** A case that nobody was sure of: whoever is above both opens it again and goes on to decide it. */
export function Doubt({ detail }: Pick<Changing, 'detail'>) {
  const { t } = useI18n();
  const { role } = useSession();
  const errorText = useErrorText();
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const reopen = async (): Promise<void> => {
    setWorking(true);
    setError(null);
    try {
      await api.reopen(detail.id);
      navigate(reviewPath(detail.id));
    } catch (failure) {
      setError(failure);
      setWorking(false);
    }
  };

  if (detail.state !== 'unsure') return null;
  return (
    <div className="warning-box" role="note">
      <Icon name="question" size={18} />
      <div>
        {t('case.unsure')}
        {canReopen(role) && (
          <p>
            <button type="button" className="button small" disabled={working} onClick={() => void reopen()}>
              {t('case.reopen')}
            </button>
          </p>
        )}
        <div aria-live="polite">{error !== null && <div className="error-box">{errorText(error)}</div>}</div>
      </div>
    </div>
  );
}
