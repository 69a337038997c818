import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { VerdictRequest } from '../../../api/contract/cases.ts';
import { keysOf, type ReviewCommand } from '../../../api/contract/review-commands.ts';
import type { WatchEvent } from '../../../pipeline/event.ts';
import { type ClipControls, ClipPlayer } from '../../components/clip-player.tsx';
import { Gaps, LawClauses, Measurements, Stills } from '../../components/case-parts.tsx';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { PlateReadings } from '../../components/plate-readings.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Failure, Loading, Notice, Stale, useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { casePath, useSearch } from '../../router.ts';
import { canDecide, useSession } from '../../session.ts';
import { setPreferences, usePreferences } from '../../preferences.ts';
import { isTakenKey } from '../../keys.ts';
import { KeyHelp } from './key-help.tsx';
import { type Action, keyName, type Mode, toAction } from './keyboard.ts';
import { Queue } from './queue.tsx';
import { useReview } from './use-review.ts';
import { useShift } from './use-shift.ts';
import { VerdictBar } from './verdict-bar.tsx';

/** The queue and the case that is being decided. Everything works by single keys; see keyboard.ts. */
export function ReviewPage() {
  const { t, name, language, format } = useI18n();
  const errorText = useErrorText();
  const { role, reviewKeys, username } = useSession();
  const shift = useShift(username);
  const mayDecide = canDecide(role);
  const keys = useMemo(() => keysOf(reviewKeys), [reviewKeys]);
  const { showTracks } = usePreferences();
  const wanted = new URLSearchParams(useSearch()).get('case');
  const review = useReview(wanted, mayDecide);
  const [mode, setMode] = useState<Mode>('idle');
  const [help, setHelp] = useState(false);
  const [queueOpen, setQueueOpen] = useState(false);
  const [message, setMessage] = useState<{ readonly text: string; readonly tone: 'good' | 'bad' } | null>(null);
  const clip = useRef<ClipControls>(null);
  const { list, cases, selected, detail, nextDetail, claim, decided } = review;
  const ready = mayDecide && claim.state === 'held' && !review.working;

  useEffect(() => setMode('idle'), [selected?.id]);
  useEffect(() => {
    if (!message) return;
    const timer = setTimeout(() => setMessage(null), 6_000);
    return () => clearTimeout(timer);
  }, [message]);

  const decide = async (verdict: VerdictRequest): Promise<void> => {
    setMode('idle');
    if (!ready) return;
    const words = name('caseState', verdict.verdict) + (verdict.reason ? ` – ${name('reason', verdict.reason)}` : '');
    try {
      if (!(await review.decide(verdict))) return;
      shift.add(1);
      setMessage({ text: t('review.saved', { verdict: words }), tone: 'good' });
    } catch (error) {
      setMessage({ text: errorText(error), tone: 'bad' });
    }
  };

  const undo = async (): Promise<void> => {
    try {
      const undone = await review.undo();
      if (undone) shift.add(-1);
      setMessage({ text: t(undone ? 'review.undone' : 'review.nothingToUndo'), tone: 'good' });
    } catch (error) {
      setMessage({ text: errorText(error), tone: 'bad' });
    }
  };

  const act = (action: Action): void => {
    switch (action.do) {
      case 'confirm':
        void decide({ verdict: 'confirmed' });
        break;
      case 'unsure':
        void decide({ verdict: 'unsure' });
        break;
      case 'reject':
        void decide({ verdict: 'rejected', reason: action.reason });
        break;
      case 'exempt':
        void decide({ verdict: 'exempt', reason: action.reason });
        break;
      case 'startReject':
        // It would lie over the reasons.
        setMessage(null);
        setMode(ready ? 'rejecting' : 'idle');
        break;
      case 'startExempt':
        setMessage(null);
        setMode(ready ? 'exempting' : 'idle');
        break;
      case 'cancel':
        setMode('idle');
        break;
      case 'undo':
        void undo();
        break;
      case 'next':
        review.move(1);
        break;
      case 'previous':
        review.move(-1);
        break;
      case 'play':
        clip.current?.toggle();
        break;
      case 'seek':
        clip.current?.seek(action.seconds);
        break;
      case 'step':
        clip.current?.step(action.frames);
        break;
      case 'overlay':
        setPreferences({ showTracks: !showTracks });
        break;
      case 'help':
        setHelp(true);
        break;
    }
  };

  const { select } = review;
  const open = useCallback(
    (id: string) => {
      select(id);
      setQueueOpen(false);
    },
    [select],
  );

  useKeys(mode, keys, act);

  if (!list.data) return list.error ? <Failure error={list.error} onRetry={list.reload} /> : <Loading />;

  const clips = [detail, nextDetail].filter((one) => one !== null);
  return (
    <div className="page review-page" data-queue={queueOpen ? 'open' : 'closed'}>
      <PageHeader title={t('review.title')}>
        <span className="chip" data-tone="accent">
          {t('review.open', { count: list.data.openCount })}
        </span>
        <Progress done={shift.count} open={review.open.length} />
        <span className="spacer" />
        <button
          type="button"
          className="button toggle phone-only"
          aria-pressed={queueOpen}
          onClick={() => setQueueOpen(!queueOpen)}
        >
          <Icon name="cases" size={17} />
          {t('review.backToQueue')}
        </button>
        <button
          type="button"
          className="button desktop-only"
          onClick={() => setHelp(true)}
          aria-keyshortcuts={keys.help}
        >
          <Icon name="keyboard" size={18} />
          {t('review.help')}
          <kbd>{keyName(keys.help, t('keys.space'))}</kbd>
        </button>
      </PageHeader>
      {list.error !== null && <Stale at={list.loadedAt} onRetry={list.reload} />}
      {review.open.length === 0 ? (
        <Notice icon="check" title={t('review.empty')} hint={t('review.emptyHint')}>
          {decided.length > 0 && (
            <button type="button" className="button" onClick={() => act({ do: 'undo' })}>
              <Icon name="undo" size={17} />
              {t('review.undo')} <kbd>{keyName(keys.undo, t('keys.space'))}</kbd>
            </button>
          )}
        </Notice>
      ) : (
        <div className="review">
          <Queue
            open={review.open}
            cases={cases}
            isPart={list.data.nextCursor !== null}
            filter={review.filter}
            onFilter={review.setFilter}
            selectedId={selected?.id ?? ''}
            onSelect={open}
          />
          {selected && (
            <>
              <section className="stage" aria-labelledby="case-title">
                <header className="stage-header">
                  <h2 id="case-title">{name('kind', selected.kind)}</h2>
                  <span className="muted">
                    {selected.cameraName} · {selected.place}
                  </span>
                  <span className="spacer" />
                  <time dateTime={new Date(selected.triggerAt).toISOString()}>
                    {format.dateTime(selected.triggerAt)}
                  </time>
                </header>
                {!mayDecide && <div className="info-box">{t('review.readOnly')}</div>}
                {claim.state === 'refused' && (
                  <div className="warning-box" role="alert">
                    <Icon name="lock" size={18} />
                    {selected.claimedBy ? t('review.claimedBy', { name: selected.claimedBy }) : errorText(claim.error)}
                  </div>
                )}
                <div className="evidence">
                  <div className="evidence-main">
                    {clips.map((one) => (
                      <ClipPlayer
                        key={one.id}
                        detail={one}
                        active={one.id === detail?.id}
                        overlay={showTracks}
                        onOverlay={() => act({ do: 'overlay' })}
                        {...(one.id === detail?.id ? { controls: clip } : {})}
                      />
                    ))}
                    {!detail &&
                      (review.detailError ? (
                        <Failure error={review.detailError} onRetry={review.reloadDetail} />
                      ) : (
                        <Loading />
                      ))}
                  </div>
                  {detail && (
                    <div className="evidence-side">
                      <Gaps detail={detail} />
                      <section>
                        <h3>{t('review.why')}</h3>
                        <p className="explanation">{detail.explanation[language]}</p>
                      </section>
                      <PlateReadings detail={detail} onChanged={review.refreshDetail} />
                      <section>
                        <h3>{t('review.measured')}</h3>
                        <Measurements event={detail.event as WatchEvent} />
                      </section>
                      {detail.law.length > 0 && (
                        <section>
                          <h3>{t('case.law')}</h3>
                          <LawClauses clauses={detail.law} />
                        </section>
                      )}
                      <Link className="text-link" to={casePath(detail.id)}>
                        {t('review.toCase')}
                        <Icon name="external" size={15} />
                      </Link>
                    </div>
                  )}
                  {detail && <Stills detail={detail} />}
                </div>
              </section>
              <VerdictBar
                mode={mode}
                ready={ready}
                canUndo={decided.length > 0}
                claim={claim}
                keepDays={detail?.custody.dismissedDays ?? null}
                onAction={act}
              />
            </>
          )}
        </div>
      )}
      <div className="toast-place" aria-live="polite">
        {message && (
          <div className="toast" data-tone={message.tone}>
            <Icon name={message.tone === 'good' ? 'check' : 'warning'} size={17} />
            {message.text}
          </div>
        )}
      </div>
      {help && <KeyHelp onClose={() => setHelp(false)} />}
    </div>
  );
}

/** Hands keys to the page, except while somebody types or a dialog is open. */
function useKeys(mode: Mode, keys: Record<ReviewCommand, string>, act: (action: Action) => void): void {
  const newest = useRef({ mode, keys, act });
  newest.current = { mode, keys, act };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTakenKey(event)) return;
      const action = toAction(event, newest.current.mode, newest.current.keys);
      if (!action || (event.repeat && action.do !== 'seek' && action.do !== 'step')) return;
      event.preventDefault();
      newest.current.act(action);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

/** How far this visit got: decided out of decided and open. */
function Progress({ done, open }: { readonly done: number; readonly open: number }) {
  const { t } = useI18n();
  if (done === 0) return null;
  return (
    <span className="progress" title={t('review.shift', { count: done })}>
      <progress max={done + open} value={done} aria-label={t('review.shift', { count: done })} />
      {t('review.progressShort', { count: done })}
    </span>
  );
}
