import { useCallback, useState } from 'react';
import type { CaseDetail } from '../../../api/contract/cases.ts';
import { api } from '../../api-client.ts';
import { Link } from '../../components/link.tsx';
import { PartState, useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { casePath } from '../../router.ts';
import { canProceed, useSession } from '../../session.ts';
import { useResource } from '../../use-resource.ts';

/** Other cameras' cases of the same act: what was merged, and what may be. */
export function SameAct({ detail, onChanged }: { readonly detail: CaseDetail; readonly onChanged: () => void }) {
  const { t, name, format } = useI18n();
  const { role } = useSession();
  const errorText = useErrorText();
  const load = useCallback((signal: AbortSignal) => api.sameAct(detail.id, signal), [detail.id]);
  const similar = useResource(load);
  const { data } = similar;
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const proposals = data?.proposals ?? [];
  const failed = similar.error !== null;
  if (
    detail.status === null ||
    (!failed && proposals.length === 0 && detail.mergedInto === null && detail.merged.length === 0)
  )
    return null;

  const act = async (run: () => Promise<unknown>): Promise<void> => {
    setWorking(true);
    setError(null);
    try {
      await run();
      onChanged();
    } catch (failure) {
      setError(failure);
    } finally {
      setWorking(false);
    }
  };
  const mayMerge = canProceed(role) && detail.status === 'verified' && detail.merged.length === 0;

  return (
    <section className="card" data-same-act={detail.mergedInto === null ? 'alone' : 'merged'}>
      <h2>{t('sameAct.title')}</h2>
      {failed && <PartState of={similar} />}
      {detail.mergedInto !== null && (
        <>
          <p className="info-box">
            <span>
              {t('sameAct.partOf')}{' '}
              <Link className="text-link" to={casePath(detail.mergedInto)}>
                {detail.mergedInto}
              </Link>
            </span>
          </p>
          {canProceed(role) && (
            <button
              type="button"
              className="button"
              disabled={working}
              onClick={() => void act(() => api.separate(detail.id))}
            >
              {t('sameAct.separate')}
            </button>
          )}
        </>
      )}
      {detail.merged.length > 0 && (
        <>
          <p>{t('sameAct.holds')}</p>
          <ul>
            {detail.merged.map((id) => (
              <li key={id}>
                <Link className="text-link" to={casePath(id)}>
                  {id}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
      {detail.mergedInto === null && proposals.length > 0 && (
        <>
          <p className="muted">{t('sameAct.lead')}</p>
          <ul className="law">
            {proposals.map(({ case: other, why, plate, secondsApart, metresApart }) => (
              <li key={other.id}>
                <Link className="text-link" to={casePath(other.id)}>
                  {other.cameraName}
                </Link>{' '}
                · {name('caseState', other.state)}
                <br />
                <span className="muted">
                  {why === 'plate' ? t('sameAct.plate', { plate: plate ?? '' }) : t('sameAct.timeAndPlace')} ·{' '}
                  {t('sameAct.apart', { seconds: format.number(secondsApart) })}
                  {metresApart !== null && <> · {format.number(Math.round(metresApart))} m</>}
                </span>
                {mayMerge && other.status === 'verified' && (
                  <div>
                    <button
                      type="button"
                      className="button small"
                      disabled={working}
                      aria-label={t('sameAct.mergeOne', { name: other.cameraName })}
                      onClick={() => void act(() => api.merge(detail.id, other.id))}
                    >
                      {t('sameAct.merge')}
                    </button>
                  </div>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      <div aria-live="polite">{error !== null && <div className="error-box">{errorText(error)}</div>}</div>
    </section>
  );
}
