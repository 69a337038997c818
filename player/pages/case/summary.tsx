import type { CaseDetail } from '../../../api/contract/cases.ts';
import type { WatchEvent } from '../../../pipeline/event.ts';
import { Link } from '../../components/link.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { hasName } from '../../i18n/translate.ts';
import { cameraPath } from '../../router.ts';
import { CASE_LEAD_MS } from '../camera/time-scale.ts';
import { Fact } from './fact.tsx';

/** Where, when and what, with the verdict once there is one. */
export function Summary({ detail, event }: { readonly detail: CaseDetail; readonly event: WatchEvent }) {
  const { t, name, format } = useI18n();
  // The class stands above already, as the subject.
  const otherFacts = Object.entries(event.decision.facts).filter(([fact]) => fact !== 'class' || !detail.subjectClass);
  return (
    <section className="card">
      <h2>{t('case.summary')}</h2>
      <dl className="facts">
        <Fact name={t('case.camera')}>
          <Link className="text-link" to={cameraPath(detail.cameraId)}>
            {detail.cameraName}
          </Link>
        </Fact>
        <Fact name={t('case.place')}>{detail.place}</Fact>
        <Fact name={t('case.time')}>
          {format.dateTime(detail.triggerAt)}
          <span className="muted"> ± {format.number(event.clockUncertaintyMs / 1000, 3)} s</span>
          <br />
          <Link className="text-link" to={`${cameraPath(detail.cameraId)}?at=${detail.triggerAt - CASE_LEAD_MS}`}>
            {t('case.toRecording')}
          </Link>
        </Fact>
        {detail.subjectClass && <Fact name={t('case.subject')}>{name('class', detail.subjectClass)}</Fact>}
        {otherFacts.map(([fact, value]) => (
          <Fact key={fact} name={name('fact', fact)}>
            {fact === 'class' ? name('class', value) : hasName('factWord', value) ? name('factWord', value) : value}
          </Fact>
        ))}
        {detail.verdict && (
          <Fact name={t('case.verdict')}>
            {name('caseState', detail.state)}
            {detail.verdict.reason && <> – {name('reason', detail.verdict.reason)}</>}
            <br />
            <span className="muted">
              {t('case.verdictBy', { name: detail.verdict.by, time: format.dateTime(detail.verdict.at) })}
            </span>
          </Fact>
        )}
        {detail.verdict?.note && <Fact name={t('case.note')}>{detail.verdict.note}</Fact>}
      </dl>
    </section>
  );
}
