import { type PointerEvent, useCallback, useEffect, useRef, useState } from 'react';
import type { CameraRecording } from '../../../api/contract/cameras.ts';
import type { CaseSummary } from '../../../api/contract/cases.ts';
import { api, serverNow } from '../../api-client.ts';
import { useGapCause } from '../../components/camera-state.tsx';
import { Icon } from '../../components/icons.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { canSeeCases, useSession } from '../../session.ts';
import { useNow } from '../../use-now.ts';
import { useResource } from '../../use-resource.ts';
import {
  CASE_LEAD_MS,
  clustersOf,
  drawnAt,
  instantAt,
  nearestRecorded,
  shareOf,
  SPANS_MS,
  ticksOf,
  type Window,
} from './time-scale.ts';
import type { Playback } from './use-playback.ts';

const REFRESH_MS = 15_000;
/** Room after now, so that its end can be seen. */
const AFTER_NOW_SHARE = 0.03;
const LEAST_MARK_SHARE = 0.012;
/** What was just begun is seen on a strip of hours, too. */
const LEAST_DRAWN_PX = 4;
const STEP_MS = { small: 5_000, large: 60_000 };
const SPAN_NAMES = ['camera.span10m', 'camera.span1h', 'camera.span6h', 'camera.span24h'] as const;
const NOTHING: CameraRecording = { recorded: [], gaps: [] };

/** The recording as a strip of time: what is there, where it is missing and why, cases; a press goes to that moment. */
export function RecordingBar({ cameraId, playback }: { readonly cameraId: string; readonly playback: Playback }) {
  const { t, format } = useI18n();
  const { site, role } = useSession();
  const errorText = useErrorText();
  const [spanMs, setSpanMs] = useState<number>(SPANS_MS[1]);
  /** Where the window ends; null: it goes with the time. */
  const [end, setEnd] = useState<number | null>(null);
  const now = useNow(5_000);
  const latest = now + AFTER_NOW_SHARE * spanMs;
  const to = Math.min(end ?? latest, latest);
  const window: Window = { from: to - spanMs, to };
  const strip = useRef<HTMLDivElement>(null);
  const [hoverAt, setHoverAt] = useState<number | null>(null);

  const { recording, cases, error } = useRecording(cameraId, window, canSeeCases(role));
  const { pictureAt, go } = playback;
  const shownAt = useShownAt(playback);

  const show = useCallback(
    (at: number, span = spanMs) => {
      const room = serverNow() + AFTER_NOW_SHARE * span;
      setEnd(at + span / 2 >= room ? null : at + span / 2);
    },
    [spanMs],
  );
  // The window follows the picture out of its sight, by pages.
  useEffect(() => {
    if (shownAt !== null && (shownAt < window.from || shownAt > window.to)) show(shownAt);
    // Only the picture moves the window: who looks elsewhere with the arrows stays there.
  }, [shownAt]);

  const goNear = (at: number): void => {
    const near = nearestRecorded(recording.recorded, Math.min(at, now));
    go(near ?? at);
  };
  const leastDrawnMs = (): number => (LEAST_DRAWN_PX * spanMs) / (strip.current?.clientWidth ?? spanMs);
  const toAt = ({ clientX }: { readonly clientX: number }): number => {
    const { left, width } = strip.current!.getBoundingClientRect();
    return instantAt(window, Math.min(Math.max((clientX - left) / width, 0), 1));
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button === 0) goNear(toAt(event));
  };
  const percent = (at: number): string => `${100 * Math.min(Math.max(shareOf(window, at), 0), 1)}%`;
  const stretch = (fromAt: number, toAt: number) => ({
    left: percent(fromAt),
    width: `calc(${percent(toAt)} - ${percent(fromAt)})`,
  });
  const pan = (by: number): void => setEnd(to + by >= latest ? null : to + by);

  return (
    <section className="recording" aria-label={t('camera.recording')}>
      <div className="recording-tools">
        <button
          type="button"
          className="button icon-only small"
          aria-label={t('camera.earlier')}
          onClick={() => pan(-spanMs / 2)}
        >
          <Icon name="left" size={17} />
        </button>
        <div className="segments" role="group" aria-label={t('camera.span')}>
          {SPANS_MS.map((one, index) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === spanMs}
              onClick={() => {
                setSpanMs(one);
                if (!playback.isLive) show(pictureAt.current ?? now, one);
              }}
            >
              {t(SPAN_NAMES[index]!)}
            </button>
          ))}
        </div>
        <button
          type="button"
          className="button icon-only small"
          aria-label={t('camera.later')}
          disabled={end === null}
          onClick={() => pan(spanMs / 2)}
        >
          <Icon name="right" size={17} />
        </button>
        <span className="recording-span">
          {format.dateTime(window.from)} – {format.time(Math.min(window.to, now))}
        </span>
        <span className="spacer" />
        <ul className="recording-legend" aria-hidden="true">
          <li data-is="recorded">{t('camera.recorded')}</li>
          <li data-is="gap">{t('camera.gap')}</li>
          {canSeeCases(role) && <li data-is="case">{t('nav.cases')}</li>}
        </ul>
      </div>
      <div className="recording-frame">
        <div
          className="recording-strip"
          ref={strip}
          role="slider"
          tabIndex={0}
          aria-label={t('camera.moment')}
          aria-valuemin={Math.round(window.from / 1000)}
          aria-valuemax={Math.round(window.to / 1000)}
          aria-valuenow={Math.round((shownAt ?? now) / 1000)}
          aria-valuetext={shownAt === null ? t('camera.live') : format.dateTime(shownAt)}
          onPointerDown={onPointerDown}
          onPointerMove={(event) => setHoverAt(toAt(event))}
          onPointerLeave={() => setHoverAt(null)}
          onKeyDown={(event) => {
            const by = { PageUp: -STEP_MS.large, PageDown: STEP_MS.large }[event.key];
            const target = { Home: window.from, End: window.to }[event.key];
            if (by === undefined && target === undefined) return;
            event.preventDefault();
            if (by !== undefined) playback.goBy(by);
            if (target !== undefined) goNear(target);
          }}
        >
          {recording.gaps.map(({ fromAt, toAt }) => (
            <span key={fromAt} className="gap" style={stretch(fromAt, toAt ?? now)} />
          ))}
          {recording.recorded.map(({ fromAt, toAt }) => (
            <span key={fromAt} className="recorded" style={{ ...stretch(fromAt, toAt), minWidth: LEAST_DRAWN_PX }} />
          ))}
          {ticksOf(window, site.timeZone).map((at) => (
            <span key={at} className="tick" style={{ left: percent(at) }}>
              {format.time(at).slice(0, 5)}
            </span>
          ))}
          {hoverAt !== null && (
            <span className="hover" style={{ left: percent(hoverAt) }}>
              <HoverText at={hoverAt} recording={recording} now={now} leastDrawnMs={leastDrawnMs()} />
            </span>
          )}
          {shownAt !== null && shownAt >= window.from && shownAt <= window.to && (
            <span className="playhead" style={{ left: percent(shownAt) }} />
          )}
        </div>
        {clustersOf(cases, window, LEAST_MARK_SHARE).map((cluster) => (
          <CaseMark
            key={cluster[0]!.id}
            cluster={cluster}
            left={percent(cluster[0]!.triggerAt)}
            onGo={() => go(cluster[0]!.triggerAt - CASE_LEAD_MS)}
          />
        ))}
      </div>
      {error !== null && <p className="field-problem">{errorText(error)}</p>}
      <Gaps recording={recording} onGo={goNear} />
    </section>
  );
}

/** What is under the pointer: the time, why nothing is there, and how short really is what is drawn longer. */
function HoverText(props: {
  readonly at: number;
  readonly recording: CameraRecording;
  readonly now: number;
  readonly leastDrawnMs: number;
}) {
  const { t, format } = useI18n();
  const causeOf = useGapCause();
  const { at, recording, now, leastDrawnMs } = props;
  const stretch = drawnAt(recording.recorded, at, leastDrawnMs);
  const isShort = stretch !== null && stretch.toAt - stretch.fromAt < leastDrawnMs;
  const gap = recording.gaps.find(({ fromAt, toAt }) => at >= fromAt && at < (toAt ?? now));
  return (
    <span>
      {format.time(at)}
      {isShort && (
        <small>
          {t('camera.recorded')} {format.time(stretch.fromAt)} – {format.time(stretch.toAt)}
        </small>
      )}
      {!stretch && at < now && <small>{gap ? causeOf(gap.cause) : t('camera.nothingRecorded')}</small>}
    </span>
  );
}

function CaseMark(props: {
  readonly cluster: readonly CaseSummary[];
  readonly left: string;
  readonly onGo: () => void;
}) {
  const { t, name, format } = useI18n();
  const { cluster } = props;
  const first = cluster[0]!;
  const open = cluster.some(({ state }) => state === 'pending' || state === 'claimed');
  const kinds = [...new Set(cluster.map(({ kind }) => name('kind', kind)))].join(', ');
  const text =
    cluster.length === 1
      ? `${format.time(first.triggerAt)} · ${kinds}`
      : `${format.time(first.triggerAt)} · ${t('camera.casesHere', { count: cluster.length })}: ${kinds}`;
  return (
    <button
      type="button"
      className="case-mark"
      data-open={open || undefined}
      style={{ left: props.left }}
      title={text}
      aria-label={text}
      onClick={props.onGo}
    >
      {cluster.length > 1 ? cluster.length : ''}
    </button>
  );
}

/** The gaps in words, for whoever cannot point at them. */
function Gaps({ recording, onGo }: { readonly recording: CameraRecording; readonly onGo: (at: number) => void }) {
  const { t, format } = useI18n();
  const causeOf = useGapCause();
  if (recording.gaps.length === 0) return null;
  return (
    <details className="recording-gaps">
      <summary>{t('statistics.gaps', { count: recording.gaps.length })}</summary>
      <ul>
        {recording.gaps.map(({ fromAt, toAt, cause }) => (
          <li key={fromAt}>
            <button type="button" className="text-link" onClick={() => onGo(fromAt - CASE_LEAD_MS)}>
              {format.time(fromAt)} – {toAt === null ? t('case.ongoing') : format.time(toAt)}
            </button>{' '}
            {causeOf(cause)}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Instant of the picture in whole quarter seconds: pictures come faster than a strip of minutes can show. */
function useShownAt({ pictureAt, isLive }: Playback): number | null {
  const [shownAt, setShownAt] = useState<number | null>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      const at = pictureAt.current;
      setShownAt(at === null ? null : Math.round(at / 250) * 250);
    }, 250);
    return () => clearInterval(timer);
  }, [pictureAt, isLive]);
  return shownAt;
}

type Known = {
  readonly recording: CameraRecording;
  readonly cases: readonly CaseSummary[];
  readonly error: unknown;
};

/** What the server knows of a window; what was known stays while the next is loaded. */
function useRecording(cameraId: string, window: Window, withCases: boolean): Known {
  // A window that goes with the time is asked for in coarse steps, not anew every second.
  const grainMs = (window.to - window.from) / 4;
  const after = Math.floor(window.from / grainMs) * grainMs;
  const before = Math.ceil(window.to / grainMs) * grainMs;
  const loadRecording = useCallback(
    (signal: AbortSignal) => api.recording(cameraId, { after, before }, signal),
    [cameraId, after, before],
  );
  const loadCases = useCallback(
    async (signal: AbortSignal) =>
      withCases ? (await api.cases({ cameraId, after, before, limit: 500 }, signal)).cases : [],
    [cameraId, after, before, withCases],
  );
  const recording = useResource(loadRecording, REFRESH_MS);
  const cases = useResource(loadCases, REFRESH_MS);
  const last = useRef<Pick<Known, 'recording' | 'cases'>>({ recording: NOTHING, cases: [] });
  if (recording.data) last.current = { ...last.current, recording: recording.data };
  if (cases.data) last.current = { ...last.current, cases: cases.data };
  const inWindow = last.current.cases.filter(({ triggerAt }) => triggerAt >= window.from && triggerAt <= window.to);
  return { recording: last.current.recording, cases: inWindow, error: recording.error };
}
