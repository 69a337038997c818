import { type ReactNode, useCallback, useRef, useState } from 'react';
import type { Camera } from '../../../api/contract/cameras.ts';
import { api, ApiError } from '../../api-client.ts';
import { StateBadge, useCause, withLiveState } from '../../components/camera-state.tsx';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Failure, Loading, Notice, Stale } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { LiveVideo } from '../../live/live-video.tsx';
import { StillPicture } from '../../live/still-picture.tsx';
import { useCameraStates } from '../../live/use-live.ts';
import { usePreferences } from '../../preferences.ts';
import { canSeeCases, canTurn, useSession } from '../../session.ts';
import { useResource } from '../../use-resource.ts';
import { Facts, RecentCases } from './camera-facts.tsx';
import { MissedActs } from './missed-acts.tsx';
import { GoTo, PlaybackBar } from './playback-bar.tsx';
import { PtzPad } from './ptz-pad.tsx';
import { RecordingBar } from './recording-bar.tsx';
import { useCameraKeys } from './use-camera-keys.ts';
import { usePlayback } from './use-playback.ts';

const REFRESH_MS = 15_000;

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
  return (
    <CameraView camera={withLiveState(data, states.get(id))}>
      {error !== null && <Stale at={loadedAt} onRetry={reload} />}
    </CameraView>
  );
}

function CameraView({ camera, children }: { readonly camera: Camera; readonly children: ReactNode }) {
  const { t, format } = useI18n();
  const { role } = useSession();
  const cause = useCause()(camera);
  const { showTracks, showZones } = usePreferences();
  const [delay, setDelay] = useState<number | null>(null);
  const video = useRef<HTMLVideoElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const clock = useRef<HTMLTimeElement>(null);
  const playback = usePlayback(camera.id, video);
  useCameraKeys(playback);
  const playlist = playback.playlist ?? camera.playlist;

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
      {children}
      <div className="camera-columns">
        <section className="camera-stage" aria-label={t('video.label', { camera: camera.name })}>
          <div className="camera-picture" ref={stage}>
            {playlist ? (
              <LiveVideo
                camera={camera}
                playlist={playlist}
                live={playback.isLive}
                recorded={playback.recorded}
                startAt={playback.startAt}
                paused={playback.paused}
                showTracks={showTracks}
                showZones={showZones}
                videoRef={video}
                playerRef={playback.player}
                onDelay={setDelay}
                onEnded={playback.goOn}
                onPicture={(capturedAt) => {
                  playback.pictureAt.current = capturedAt;
                  // Changes with every frame: written past React, which would render the page each time.
                  if (clock.current)
                    clock.current.textContent = `${format.date(capturedAt)} ${format.preciseTime(capturedAt)}`;
                }}
              />
            ) : camera.state === 'watching' || camera.state === 'degraded' ? (
              <StillPicture cameraId={camera.id} name={camera.name || camera.id} />
            ) : (
              <Notice icon="blind" title={t('video.noPlaylist')} hint={cause ?? undefined} />
            )}
          </div>
          <PlaybackBar
            cameraId={camera.id}
            playback={playback}
            video={video}
            stage={stage}
            clock={clock}
            delay={delay}
          />
          <RecordingBar cameraId={camera.id} playback={playback} />
          <GoTo playback={playback} />
          {!playback.isLive && showZones && <p className="muted">{t('camera.zonesOfToday')}</p>}
        </section>
        <aside className="camera-side">
          {camera.ptz && canTurn(role) && playback.isLive && <PtzPad cameraId={camera.id} />}
          <Facts camera={camera} />
          {canSeeCases(role) && <RecentCases cameraId={camera.id} onGo={playback.go} />}
          {canSeeCases(role) && <MissedActs cameraId={camera.id} shownAt={() => playback.pictureAt.current} />}
        </aside>
      </div>
    </div>
  );
}
