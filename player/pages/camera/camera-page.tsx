import { type SyntheticEvent, useCallback, useMemo, useRef, useState } from 'react';
import type { Camera } from '../../../api/contract/cameras.ts';
import { api, ApiError, serverNow, toQuery } from '../../api-client.ts';
import { StateBadge, useCause, withLiveState } from '../../components/camera-state.tsx';
import { CaseBadge } from '../../components/case-parts.tsx';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Failure, Loading, Notice } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { LiveVideo } from '../../live/live-video.tsx';
import { useCameraStates } from '../../live/use-live.ts';
import { setPreferences, usePreferences } from '../../preferences.ts';
import { casePath } from '../../router.ts';
import { canSeeCases, useSession } from '../../session.ts';
import { toInstant } from '../../site-time.ts';
import { useResource } from '../../use-resource.ts';
import { MissedActs } from './missed-acts.tsx';

const REFRESH_MS = 15_000;
/** Length of one look back; the end lies in the past then, so the playlist is complete. */
const LOOK_BACK_MS = 15 * 60_000;
const JUMPS_MIN = [1, 5, 30] as const;

/** One camera, large: live or from its recording, with its rules and its account of frames. */
export function CameraPage({ id }: { readonly id: string }) {
  const { t } = useI18n();
  const load = useCallback(
    async (signal: AbortSignal) => (await api.cameras(signal)).find((one) => one.id === id) ?? null,
    [id],
  );
  const { data, loadedAt, error, reload } = useResource(load, REFRESH_MS);
  const states = useCameraStates();
  if (!data) {
    if (error) return <Failure error={error} onRetry={reload} />;
    if (loadedAt === 0) return <Loading />;
    return <Failure error={new ApiError(404, 'NOT_FOUND', t('camera.notFound'))} onRetry={reload} />;
  }
  return <CameraView camera={withLiveState(data, states.get(id))} />;
}

function CameraView({ camera }: { readonly camera: Camera }) {
  const { t, format } = useI18n();
  const { role } = useSession();
  const cause = useCause()(camera);
  const { showTracks, showZones } = usePreferences();
  const [fromAt, setFromAt] = useState<number | null>(null);
  const [delay, setDelay] = useState<number | null>(null);
  const video = useRef<HTMLVideoElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const pictureAt = useRef<number | null>(null);
  const clock = useRef<HTMLTimeElement>(null);

  const playlist = useMemo(() => {
    if (fromAt === null) return camera.playlist;
    const to = Math.min(fromAt + LOOK_BACK_MS, serverNow());
    return `/hls/${encodeURIComponent(camera.id)}/dvr.m3u8${toQuery({ from: Math.round(fromAt), to: Math.round(to) })}`;
  }, [camera.id, camera.playlist, fromAt]);

  return (
    <div className="page camera-page">
      <PageHeader title={camera.name || camera.id}>
        <StateBadge state={camera.state} />
        <span className="muted">{camera.place}</span>
        <span className="spacer" />
        <Link className="button" to="/">
          <Icon name="left" size={17} />
          {t('camera.back')}
        </Link>
      </PageHeader>
      <div className="camera-columns">
        <section className="camera-stage" aria-label={t('video.label', { camera: camera.name })}>
          <div className="camera-picture" ref={stage}>
            {playlist ? (
              <LiveVideo
                camera={camera}
                playlist={playlist}
                live={fromAt === null}
                showTracks={showTracks}
                showZones={showZones}
                videoRef={video}
                onDelay={setDelay}
                onPicture={(capturedAt) => {
                  pictureAt.current = capturedAt;
                  // Changes with every frame: written past React, which would render the page each time.
                  if (clock.current) clock.current.textContent = format.dateTime(capturedAt);
                }}
              />
            ) : (
              <Notice icon="blind" title={t('video.noPlaylist')} hint={cause ?? undefined} />
            )}
          </div>
          <div className="camera-bar">
            <span className="chip" data-tone={fromAt === null ? 'live' : 'accent'}>
              {t(fromAt === null ? 'camera.live' : 'camera.dvr')}
            </span>
            <time ref={clock} className="clip-time" />
            {fromAt === null && delay !== null && <span className="muted">{t('wall.delay', { seconds: delay })}</span>}
            <span className="spacer" />
            <button
              type="button"
              className="button toggle"
              aria-pressed={showTracks}
              onClick={() => setPreferences({ showTracks: !showTracks })}
            >
              <Icon name="boxes" size={17} />
              <span>{t('wall.tracks')}</span>
            </button>
            <button
              type="button"
              className="button toggle"
              aria-pressed={showZones}
              onClick={() => setPreferences({ showZones: !showZones })}
            >
              <Icon name="zone" size={17} />
              <span>{t('wall.zones')}</span>
            </button>
            <button
              type="button"
              className="button icon-only"
              aria-label={t('camera.still')}
              title={t('camera.still')}
              onClick={() => saveStill(video.current, camera.id, pictureAt.current)}
            >
              <Icon name="download" size={18} />
            </button>
            <button
              type="button"
              className="button icon-only"
              aria-label={t('camera.fullscreen')}
              title={t('camera.fullscreen')}
              onClick={() => void stage.current?.requestFullscreen().catch(() => undefined)}
            >
              <Icon name="expand" size={18} />
            </button>
          </div>
          <LookBack fromAt={fromAt} onFrom={setFromAt} />
          {fromAt !== null && <p className="muted">{t('camera.noOverlay')}</p>}
        </section>
        <aside className="camera-side">
          <Facts camera={camera} />
          {canSeeCases(role) && <RecentCases cameraId={camera.id} />}
          {canSeeCases(role) && <MissedActs cameraId={camera.id} shownAt={() => pictureAt.current} />}
        </aside>
      </div>
    </div>
  );
}

/** Jumps into the recording and back to now. */
function LookBack(props: { readonly fromAt: number | null; readonly onFrom: (at: number | null) => void }) {
  const { t } = useI18n();
  const { timeZone } = useSession().site;
  const [wanted, setWanted] = useState('');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const at = toInstant(wanted, timeZone);
    if (at !== null) props.onFrom(at);
  };
  return (
    <form className="look-back" onSubmit={submit}>
      <strong>{t('camera.dvr')}</strong>
      {JUMPS_MIN.map((minutes) => (
        <button
          key={minutes}
          type="button"
          className="button small"
          onClick={() => props.onFrom(serverNow() - minutes * 60_000)}
        >
          {t('camera.ago', { minutes })}
        </button>
      ))}
      <label>
        <span className="visually-hidden">{t('camera.from')}</span>
        <input type="datetime-local" step={1} value={wanted} onChange={(event) => setWanted(event.target.value)} />
      </label>
      <button type="submit" className="button small" disabled={wanted === ''}>
        {t('camera.jump')}
      </button>
      {props.fromAt !== null && (
        <button type="button" className="button small primary" onClick={() => props.onFrom(null)}>
          {t('camera.goLive')}
        </button>
      )}
    </form>
  );
}

function Facts({ camera }: { readonly camera: Camera }) {
  const { t, name, format } = useI18n();
  const cause = useCause()(camera);
  const { received, analysed, dropped } = camera.frames;
  const drops = Object.entries(dropped).filter(([, count]) => count > 0);
  return (
    <section className="card">
      <dl className="facts">
        <div>
          <dt>{t('health.state')}</dt>
          <dd>
            {t(`camera.state.${camera.state}`)}{' '}
            <span className="muted">{t('camera.since', { time: format.dateTime(camera.since) })}</span>
          </dd>
        </div>
        {cause !== null && (
          <div>
            <dt>{t('camera.cause')}</dt>
            <dd>{cause}</dd>
          </div>
        )}
        <div>
          <dt>{t('camera.group')}</dt>
          <dd>{camera.group}</dd>
        </div>
      </dl>
      <h3>{t('camera.frames')}</h3>
      <dl className="figures">
        <div>
          <dt>{t('camera.received')}</dt>
          <dd>{format.number(received)}</dd>
        </div>
        <div>
          <dt>{t('camera.analysed')}</dt>
          <dd>{format.number(analysed)}</dd>
        </div>
        <div>
          <dt>{t('camera.dropped')}</dt>
          <dd>{format.number(Object.values(dropped).reduce((sum, count) => sum + count, 0))}</dd>
        </div>
      </dl>
      {drops.length > 0 && (
        <p className="muted">
          {drops.map(([reason, count]) => `${name('drop', reason)}: ${format.number(count)}`).join(' · ')}
        </p>
      )}
      <h3>{t('camera.rules')}</h3>
      {camera.rules.length === 0 ? (
        <p className="muted">{t('camera.noRules')}</p>
      ) : (
        <ul className="plain">
          {camera.rules.map((rule) => (
            <li key={rule.id}>
              {name('kind', rule.kind)} <span className="muted">{rule.name}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function RecentCases({ cameraId }: { readonly cameraId: string }) {
  const { t, name, format } = useI18n();
  const load = useCallback((signal: AbortSignal) => api.cases({ cameraId, limit: 6 }, signal), [cameraId]);
  const { data } = useResource(load, REFRESH_MS);
  return (
    <section className="card">
      <h3>{t('camera.recent')}</h3>
      {data?.cases.length === 0 && <p className="muted">{t('camera.recentNone')}</p>}
      <ul className="plain">
        {data?.cases.map((one) => (
          <li key={one.id}>
            <Link className="row-link" to={casePath(one.id)}>
              <span>
                {name('kind', one.kind)}
                <span className="sub">{format.dateTime(one.triggerAt)}</span>
              </span>
              <CaseBadge state={one.state} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Saves the shown picture at the video's own size, without the overlay. */
function saveStill(video: HTMLVideoElement | null, cameraId: string, capturedAt: number | null): void {
  if (!video || video.videoWidth === 0) return;
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  canvas.toBlob(
    (blob) => {
      if (!blob) return;
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      const at = new Date(capturedAt ?? serverNow()).toISOString().replaceAll(':', '-');
      link.download = `${cameraId}_${at}.jpg`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    },
    'image/jpeg',
    0.92,
  );
}
