import { useState } from 'react';
import type { CaseDetail } from '../../../api/contract/cases.ts';
import { api } from '../../api-client.ts';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { canDecide, canLiftHold, useSession } from '../../session.ts';

/** How long the evidence of a case lives: its tier, a legal hold, and who may set and lift one. */
export function Custody({ detail, onChanged }: { readonly detail: CaseDetail; readonly onChanged: () => void }) {
  const { t, format } = useI18n();
  const { role } = useSession();
  const errorText = useErrorText();
  const [reason, setReason] = useState('');
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { hold, eraseAt, erasedAt, dismissedDays } = detail.custody;
  const daysText = (days: number | null): string =>
    days === null ? t('custody.forGood') : t('custody.days', { days: format.number(days) });

  const act = async (): Promise<void> => {
    setWorking(true);
    setError(null);
    try {
      await (hold ? api.endHold : api.hold)(detail.id, reason.trim());
      setReason('');
      onChanged();
    } catch (failure) {
      setError(failure);
    } finally {
      setWorking(false);
    }
  };
  const mayAct = erasedAt === null && (hold ? canLiftHold(role) : canDecide(role));

  return (
    <section className="card" data-hold={hold ? 'on' : 'off'}>
      <h2>{t('custody.title')}</h2>
      {erasedAt !== null ? (
        <p>{t('custody.erased', { time: format.dateTime(erasedAt) })}</p>
      ) : hold ? (
        <p className="info-box">
          <span>
            <strong>{t('custody.held', { name: hold.by, time: format.dateTime(hold.at) })}</strong>
            <br />
            {hold.reason}
          </span>
        </p>
      ) : (
        <p className="muted">
          {eraseAt !== null
            ? t('custody.until', { time: format.dateTime(eraseAt) })
            : dismissedDays !== null
              ? t('custody.open', {
                  rejected: daysText(dismissedDays.rejected),
                  exempt: daysText(dismissedDays.exempt),
                })
              : t('custody.kept')}
        </p>
      )}
      {mayAct && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void act();
          }}
        >
          <label className="field">
            <span>{t(hold ? 'custody.liftReason' : 'custody.reason')}</span>
            <input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
          </label>
          <button type="submit" className="button" disabled={working || reason.trim() === ''}>
            {t(hold ? 'custody.lift' : 'custody.hold')}
          </button>
        </form>
      )}
      <div aria-live="polite">{error !== null && <div className="error-box">{errorText(error)}</div>}</div>
    </section>
  );
}
