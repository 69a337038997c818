import { useState } from 'react';
import { FIRE_ACTIONS } from '../../../api/contract/fire-action-names.ts';
import type { FireActionRequest } from '../../../api/contract/fire-actions.ts';
import type { IncidentView } from '../../../api/contract/incidents.ts';
import { api } from '../../api-client.ts';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { canDecide, useSession } from '../../session.ts';

/** What was done about a fire that people confirmed, and what comes next: somebody goes there, then it is over. */
export function FireActions(props: { readonly incident: IncidentView; readonly onChange: () => void }) {
  const { t, format } = useI18n();
  const { role } = useSession();
  const errorText = useErrorText();
  const [note, setNote] = useState('');
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const { actions, alerts, id } = props.incident;
  const next = FIRE_ACTIONS.find((action) => !actions.some((done) => done.action === action));
  const isConfirmed = alerts.some((alert) => alert.case.state === 'confirmed');
  const act = async (action: FireActionRequest['action']): Promise<void> => {
    setWorking(true);
    setFailure(null);
    try {
      await api.fireAction(id, { action, note });
      setNote('');
      props.onChange();
    } catch (error) {
      setFailure(error);
    } finally {
      setWorking(false);
    }
  };
  return (
    <>
      {actions.map(({ action, by, at, note: said }) => (
        <p key={`${action} ${String(at)}`} className="muted">
          {t(`fire.did.${action}`, { name: by, time: format.time(at) })}
          {said && `: ${said}`}
        </p>
      ))}
      {next && isConfirmed && canDecide(role) && (
        <footer>
          <input
            value={note}
            maxLength={500}
            aria-label={t('fire.note')}
            placeholder={t('fire.note')}
            onChange={({ target }) => setNote(target.value)}
          />
          <button type="button" className="button small" disabled={working} onClick={() => void act(next)}>
            {t(`fire.do.${next}`)}
          </button>
          {failure !== null && <span role="alert">{errorText(failure)}</span>}
        </footer>
      )}
    </>
  );
}
