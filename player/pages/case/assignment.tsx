import { useCallback, useState } from 'react';
import type { CaseDetail } from '../../../api/contract/cases.ts';
import { api } from '../../api-client.ts';
import { PartState, useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { canAssign, canDecide, useSession } from '../../session.ts';
import { useResource } from '../../use-resource.ts';

/** Who sees to the case until it is closed: taken by oneself, or given by a supervisor. */
export function Assignment({ detail, onChanged }: { readonly detail: CaseDetail; readonly onChanged: () => void }) {
  const { t } = useI18n();
  const { role, username } = useSession();
  const errorText = useErrorText();
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { assignedTo } = detail;

  const assign = async (to: string | null): Promise<void> => {
    setWorking(true);
    setError(null);
    try {
      await api.assign(detail.id, to);
      onChanged();
    } catch (failure) {
      setError(failure);
    } finally {
      setWorking(false);
    }
  };

  return (
    <section className="card" data-assigned={assignedTo ?? ''}>
      <h2>{t('assignment.title')}</h2>
      {canAssign(role) ? (
        <Choice detail={detail} disabled={working} onChoose={(to) => void assign(to)} />
      ) : (
        <p>{assignedTo === null ? t('assignment.nobody') : <strong>{assignedTo}</strong>}</p>
      )}
      {canDecide(role) && assignedTo === null && (
        <button type="button" className="button" disabled={working} onClick={() => void assign(username)}>
          {t('assignment.take')}
        </button>
      )}
      {canDecide(role) && assignedTo === username && (
        <button type="button" className="button" disabled={working} onClick={() => void assign(null)}>
          {t('assignment.giveBack')}
        </button>
      )}
      <div aria-live="polite">{error !== null && <div className="error-box">{errorText(error)}</div>}</div>
    </section>
  );
}

function Choice(props: {
  readonly detail: CaseDetail;
  readonly disabled: boolean;
  readonly onChoose: (username: string | null) => void;
}) {
  const { t } = useI18n();
  const { id, assignedTo } = props.detail;
  const load = useCallback((signal: AbortSignal) => api.assignees(id, signal), [id]);
  const candidates = useResource(load);
  const names = candidates.data?.assignees ?? [];
  // Somebody who has left since, or may no longer work on it, is still shown.
  const gone = assignedTo !== null && !names.some(({ username }) => username === assignedTo);
  return (
    <>
      <label className="field">
        <span>{t('assignment.who')}</span>
        <select
          value={assignedTo ?? ''}
          disabled={props.disabled}
          onChange={(event) => props.onChoose(event.target.value === '' ? null : event.target.value)}
        >
          <option value="">{t('assignment.nobody')}</option>
          {gone && <option value={assignedTo}>{assignedTo}</option>}
          {names.map(({ username, displayName }) => (
            <option key={username} value={username}>
              {displayName === '' ? username : `${displayName} (${username})`}
            </option>
          ))}
        </select>
      </label>
      {candidates.error !== null && <PartState of={candidates} />}
    </>
  );
}
