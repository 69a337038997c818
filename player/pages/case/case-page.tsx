import { type ReactNode, useCallback, useState } from 'react';
import type { CaseDetail, VerifyResult } from '../../../api/contract/cases.ts';
import type { WatchEvent } from '../../../pipeline/event.ts';
import { api } from '../../api-client.ts';
import { PlateReadings } from '../../components/plate-readings.tsx';
import { CaseBadge, Gaps, LawClauses, Measurements, Stills } from '../../components/case-parts.tsx';
import { ClipPlayer } from '../../components/clip-player.tsx';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Failure, Loading, Notice, Stale, useErrorText } from '../../components/states.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { hasName } from '../../i18n/translate.ts';
import { setPreferences, usePreferences } from '../../preferences.ts';
import { canDecide, useSession } from '../../session.ts';
import { cameraPath, reviewPath } from '../../router.ts';
import { Assignment } from './assignment.tsx';
import { Custody } from './custody.tsx';
import { History } from './history.tsx';
import { Doubt, Notes, Procedure } from './procedure.tsx';
import { SameAct } from './same-act.tsx';
import { useResource } from '../../use-resource.ts';
import { CASE_LEAD_MS } from '../camera/time-scale.ts';

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
  // The class stands above already, as the subject.
  const otherFacts = Object.entries(event.decision.facts).filter(([fact]) => fact !== 'class' || !detail.subjectClass);
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
        <Link className="button" to="/cases">
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
          {detail.custody.erasedAt === null && <Files detail={detail} />}
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
                <span className="muted"> ± {format.number(event.clockUncertaintyMs)} ms</span>
                <br />
                <Link className="text-link" to={`${cameraPath(detail.cameraId)}?at=${detail.triggerAt - CASE_LEAD_MS}`}>
                  {t('case.toRecording')}
                </Link>
              </Fact>
              {detail.subjectClass && <Fact name={t('case.subject')}>{name('class', detail.subjectClass)}</Fact>}
              {otherFacts.map(([fact, value]) => (
                <Fact key={fact} name={name('fact', fact)}>
                  {fact === 'class'
                    ? name('class', value)
                    : hasName('factWord', value)
                      ? name('factWord', value)
                      : value}
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
          {open && <Steps detail={detail} onChanged={onChanged} />}
          <SameAct key={detail.status} detail={detail} onChanged={onChanged} />
          <Notes detail={detail} onChanged={onChanged} />
          <Custody detail={detail} onChanged={onChanged} />
          <Seal detail={detail} onChecked={onChanged} />
          <History history={detail.history} />
          <section className="card">
            <h2>{t('case.provenance')}</h2>
            <dl className="facts">
              <Fact name={t('case.rule')}>
                {event.ruleId} · {t('case.ruleVersion')} {event.decision.ruleVersion}
              </Fact>
              <Fact name={t('case.software')}>{event.provenance.softwareVersion}</Fact>
              {event.provenance.models.map((model) => (
                <Fact key={model.id} name={t('case.models')}>
                  {model.id} <Hash value={model.sha256} label={model.id} />
                </Fact>
              ))}
              <Fact name={t('case.geometry')}>
                <Hash value={event.decision.geometryHash} label={t('case.geometry')} />
              </Fact>
              <Fact name={t('case.config')}>
                <Hash value={event.provenance.configHash} label={t('case.config')} />
              </Fact>
            </dl>
          </section>
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

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A hash, short to the eye and whole to the clipboard. */
function Hash({ value, label }: { readonly value: string; readonly label: string }) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(value).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 2_000);
      },
      () => undefined,
    );
  };
  return (
    <span className="hash">
      <code title={value}>
        {value.slice(0, 12)}…{value.slice(-6)}
      </code>
      <button
        type="button"
        className="button icon-only tiny quiet"
        onClick={copy}
        aria-label={t('case.copy', { name: label })}
      >
        <Icon name={copied ? 'check' : 'copy'} size={14} />
      </button>
    </span>
  );
}

function Files({ detail }: { readonly detail: CaseDetail }) {
  const { t, name, format } = useI18n();
  return (
    <section className="card">
      <h2>{t('case.files')}</h2>
      <TableScroll label={t('case.files')} bare>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('case.file')}</th>
              <th scope="col" className="number">
                {t('case.size')}
              </th>
              <th scope="col">SHA-256</th>
              <th scope="col">
                <span className="visually-hidden">{t('case.download')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {detail.files.map((file) => (
              <tr key={file.path}>
                <th scope="row">
                  {name('role', file.role)}
                  <span className="file-path">{file.path}</span>
                </th>
                <td className="number">{format.bytes(file.bytes)}</td>
                <td>
                  <Hash value={file.sha256} label={file.path} />
                </td>
                <td>
                  <a
                    className="button icon-only small"
                    href={file.url}
                    download
                    aria-label={`${t('case.download')}: ${file.path}`}
                  >
                    <Icon name="download" size={16} />
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}

function Seal({ detail, onChecked }: { readonly detail: CaseDetail; readonly onChecked: () => void }) {
  const { t, format } = useI18n();
  const errorText = useErrorText();
  const [working, setWorking] = useState(false);
  const [result, setResult] = useState<VerifyResult | null>(null);
  const [error, setError] = useState<unknown>(null);

  const verify = async (): Promise<void> => {
    setWorking(true);
    setError(null);
    try {
      setResult(await api.verify(detail.id));
      onChecked();
    } catch (failure) {
      setError(failure);
    } finally {
      setWorking(false);
    }
  };

  return (
    <section className="card">
      <h2>{t('case.seal')}</h2>
      <dl className="facts">
        <Fact name={t('case.id')}>
          <Hash value={detail.id} label={t('case.id')} />
        </Fact>
        <Fact name={t('case.manifest')}>
          <Hash value={detail.manifestSha256} label={t('case.manifest')} />
        </Fact>
        <Fact name={t('case.key')}>
          <code>{detail.keyId}</code>
        </Fact>
      </dl>
      {detail.custody.erasedAt === null && (
        <>
          <button type="button" className="button" disabled={working} onClick={() => void verify()}>
            <Icon name="shield" size={17} />
            {t(working ? 'case.verifying' : 'case.verify')}
          </button>
          <a className="button" href={`/api/cases/${encodeURIComponent(detail.id)}/export.zip`} download>
            <Icon name="download" size={17} />
            {t('case.export')}
          </a>
          <a className="button" href={`/api/cases/${encodeURIComponent(detail.id)}/redacted.zip`} download>
            <Icon name="download" size={17} />
            {t('case.redacted')}
          </a>
          <p className="hint">{t('case.redactedHint')}</p>
        </>
      )}
      <a
        className="button"
        href={`/api/cases/${encodeURIComponent(detail.id)}/record.pdf`}
        target="_blank"
        rel="noreferrer"
      >
        <Icon name="download" size={17} />
        {t('case.record')}
      </a>
      <div aria-live="polite">
        {error !== null && <div className="error-box">{errorText(error)}</div>}
        {result?.intact === true && (
          <div className="good-box">
            <Icon name="check" size={18} />
            {t('case.intact', { count: result.checkedFiles })}
            {result.timeStamp &&
              ` ${t('case.stamped', { time: format.dateTime(result.timeStamp.at), name: result.timeStamp.authority })}`}
          </div>
        )}
        {result?.intact === false && (
          <div className="error-box">
            <Icon name="warning" size={18} />
            <div>
              {t('case.broken', { count: result.problems.length })}
              <ul>
                {result.problems.map(({ file, problem }) => (
                  <li key={`${file} ${problem}`}>
                    <code>{file}</code>: {problem}
                  </li>
                ))}
              </ul>
            </div>
          </div>
        )}
      </div>
    </section>
  );
}
