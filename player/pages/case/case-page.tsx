import { useCallback } from 'react';
import type { CaseDetail } from '../../../api/contract/cases.ts';
import type { WatchEvent } from '../../../pipeline/event.ts';
import { api } from '../../api-client.ts';
import { CaseBadge, Gaps, LawClauses, Measurements, Stills } from '../../components/case-parts.tsx';
import { ClipPlayer } from '../../components/clip-player.tsx';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { PlateReadings } from '../../components/plate-readings.tsx';
import { Failure, Loading, Notice, Stale } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { setPreferences, usePreferences } from '../../preferences.ts';
import { casesPath, reviewPath } from '../../router.ts';
import { canDecide, useSession } from '../../session.ts';
import { useResource } from '../../use-resource.ts';
import { Assignment } from './assignment.tsx';
import { Custody } from './custody.tsx';
import { Files } from './files.tsx';
import { History } from './history.tsx';
import { Doubt, Notes, Procedure } from './procedure.tsx';
import { Provenance } from './provenance.tsx';
import { SameAct } from './same-act.tsx';
import { Seal } from './seal.tsx';
import { Summary } from './summary.tsx';

/** Everything known about one case. */
export function CasePage({ id }: { readonly id: string }) {
  const load = useCallback((signal: AbortSignal) => api.case(id, signal), [id]);
  const { data, error, loadedAt, reload } = useResource(load);
  if (!data) return error ? <Failure error={error} onRetry={reload} /> : <Loading />;
  return (
    <>
      {error !== null && <Stale at={loadedAt} onRetry={reload} />}
      <CaseView detail={data} onChanged={reload} />
    </>
  );
}

function CaseView({ detail, onChanged }: { readonly detail: CaseDetail; readonly onChanged: () => void }) {
  const { t, name, language, format } = useI18n();
  const { role } = useSession();
  const { showTracks } = usePreferences();
  const event = detail.event as WatchEvent;
  const open = detail.state === 'pending' || detail.state === 'claimed';
  return (
    <div className="page case-page">
      <PageHeader title={name('kind', detail.kind)}>
        <CaseBadge state={detail.state} />
        <span className="muted">{format.dateTime(detail.triggerAt)}</span>
        <span className="spacer" />
        {open && canDecide(role) && (
          <Link className="button primary" to={reviewPath(detail.id)}>
            <Icon name="review" size={17} />
            {t('case.decide')}
          </Link>
        )}
        <Link className="button" to={casesPath()}>
          <Icon name="left" size={17} />
          {t('case.back')}
        </Link>
      </PageHeader>
      <div className="case-columns">
        <div className="case-main">
          {detail.custody.erasedAt === null ? (
            <>
              <ClipPlayer
                detail={detail}
                active
                overlay={showTracks}
                onOverlay={() => setPreferences({ showTracks: !showTracks })}
              />
              <Stills detail={detail} />
            </>
          ) : (
            <Notice
              icon="clock"
              title={t('custody.erased', { time: format.dateTime(detail.custody.erasedAt) })}
              hint={t('custody.erasedHint')}
            />
          )}
          <Gaps detail={detail} />
        </div>
        <div className="case-side">
          {/* Once it is decided, what comes next is what the page is opened for. */}
          {!open && <Steps detail={detail} onChanged={onChanged} />}
          <section className="card">
            <h2>{t('review.why')}</h2>
            <p className="explanation">{detail.explanation[language]}</p>
            <Measurements event={event} />
          </section>
          {(detail.plates?.length ?? 0) > 0 && (
            <div className="card">
              <PlateReadings detail={detail} onChanged={onChanged} />
            </div>
          )}
          <Law detail={detail} />
          <Summary detail={detail} event={event} />
          {open && <Steps detail={detail} onChanged={onChanged} />}
          <SameAct key={detail.status} detail={detail} onChanged={onChanged} />
          <Notes detail={detail} onChanged={onChanged} />
          <Custody detail={detail} onChanged={onChanged} />
          <History history={detail.history} />
          <Provenance event={event} />
        </div>
        {/* Beside the reasons where there is room, else after them. */}
        <div className="case-proof">
          <Seal detail={detail} onChecked={onChanged} />
          {detail.custody.erasedAt === null && <Files detail={detail} />}
        </div>
      </div>
    </div>
  );
}

function Steps({ detail, onChanged }: { readonly detail: CaseDetail; readonly onChanged: () => void }) {
  return (
    <>
      <Doubt detail={detail} />
      <Procedure detail={detail} onChanged={onChanged} />
      <Assignment detail={detail} onChanged={onChanged} />
    </>
  );
}

/** Clauses that may apply; words of what nobody verified come from the server and say so. */
function Law({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useI18n();
  if (detail.law.length === 0) return null;
  return (
    <section className="card">
      <h2>{t('case.law')}</h2>
      <LawClauses clauses={detail.law} />
      <p className="muted">{t('case.lawNote')}</p>
    </section>
  );
}
