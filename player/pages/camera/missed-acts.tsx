import { type SyntheticEvent, useCallback, useState } from 'react';
import type { MissedRequest } from '../../../api/contract/procedure.ts';
import { api } from '../../api-client.ts';
import { CASE_KINDS } from '../../case-names.ts';
import { PartState, useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { canDecide, useSession } from '../../session.ts';
import { useResource } from '../../use-resource.ts';

/** Acts that people saw on this camera and no rule reported; a new one is of the picture that is shown now. */
export function MissedActs(props: { readonly cameraId: string; readonly shownAt: () => number | null }) {
  const { cameraId } = props;
  const { t, name, format } = useI18n();
  const { role } = useSession();
  const errorText = useErrorText();
  const load = useCallback((signal: AbortSignal) => api.missed({ cameraId, limit: 6 }, signal), [cameraId]);
  const missed = useResource(load);
  const { data, reload } = missed;
  /** Instant of the picture when the form was opened: the video goes on while somebody types. */
  const [at, setAt] = useState<number | null>(null);
  const [kind, setKind] = useState<MissedRequest['kind']>('wrong_way');
  const [note, setNote] = useState('');
  const [said, setSaid] = useState<{ readonly good: boolean; readonly text: string } | null>(null);

  const open = (): void => {
    const shown = props.shownAt();
    setSaid(shown === null ? { good: false, text: t('missed.noPicture') } : null);
    setAt(shown);
  };
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (at === null) return;
    try {
      await api.reportMissed({ cameraId, kind, at, ...(note.trim() === '' ? {} : { note: note.trim() }) });
      setAt(null);
      setNote('');
      setSaid({ good: true, text: t('missed.done') });
      reload();
    } catch (failure) {
      setSaid({ good: false, text: errorText(failure) });
    }
  };

  return (
    <section className="card">
      <h3>{t('missed.title')}</h3>
      <PartState of={missed} />
      {data?.missed.length === 0 && <p className="muted">{t('missed.none')}</p>}
      <ul className="plain">
        {data?.missed.map((act) => (
          <li key={act.id}>
            {name('kind', act.kind)}
            <span className="sub">
              {format.dateTime(act.at)} · {act.actor}
              {act.note !== null && <> · {act.note}</>}
            </span>
          </li>
        ))}
      </ul>
      {canDecide(role) && at === null && (
        <button type="button" className="button small" onClick={open}>
          {t('missed.report')}
        </button>
      )}
      {at !== null && (
        <form className="form" onSubmit={(event) => void submit(event)}>
          <p className="muted">{t('missed.at', { time: format.dateTime(at) })}</p>
          <label className="field">
            <span>{t('case.kind')}</span>
            <select value={kind} onChange={(event) => setKind(event.target.value as MissedRequest['kind'])}>
              {CASE_KINDS.map((one) => (
                <option key={one} value={one}>
                  {name('kind', one)}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>{t('case.note')}</span>
            <input maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
          </label>
          <div className="button-row">
            <button type="submit" className="button primary">
              {t('missed.send')}
            </button>
            <button type="button" className="button quiet" onClick={() => setAt(null)}>
              {t('users.cancel')}
            </button>
          </div>
        </form>
      )}
      <div aria-live="polite">
        {said !== null && <div className={said.good ? 'good-box' : 'error-box'}>{said.text}</div>}
      </div>
    </section>
  );
}
