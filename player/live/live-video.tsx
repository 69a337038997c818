import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Camera } from '../../api/contract/cameras.ts';
import { serverNow } from '../api-client.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { HlsPlayer, type PlayerState } from './hls-player.ts';
import { drawOverlay } from './overlay.ts';
import type { RecordedTracks } from './recorded-tracks.ts';
import { trackLabel } from './track-label.ts';
import { useLive } from './use-live.ts';

type LiveVideoProps = {
  readonly camera: Camera;
  readonly playlist: string;
  readonly live: boolean;
  /** A still that stands until the first picture plays; said to be one, for it is some seconds old. */
  readonly still?: string;
  readonly showTracks: boolean;
  readonly showZones: boolean;
  /** How many whole seconds behind the picture is, told when it changes. */
  readonly onDelay?: (seconds: number | null) => void;
  readonly onPicture?: (capturedAt: number) => void;
  readonly videoRef?: RefObject<HTMLVideoElement | null>;
  /** Of a recording: what analysis saw then. */
  readonly recorded?: RecordedTracks | undefined;
  /** A recording that stands still. */
  readonly paused?: boolean;
  /** The instant at which a recording is opened. */
  readonly startAt?: number | undefined;
  readonly onEnded?: () => void;
  readonly playerRef?: RefObject<HlsPlayer | null>;
};

const MESSAGES = {
  loading: 'video.loading',
  retrying: 'video.retry',
  missing: 'video.missing',
  unsupported: 'video.unsupported',
} as const;

/** A camera's picture with what analysis saw in that very picture drawn over it. */
export function LiveVideo(props: LiveVideoProps) {
  const { camera, playlist, live, recorded, playerRef } = props;
  const { t, name } = useI18n();
  const connection = useLive();
  const own = useRef<HTMLVideoElement>(null);
  const video = props.videoRef ?? own;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [state, setState] = useState<PlayerState>('loading');
  const [viewMoves, setViewMoves] = useState(false);
  const [unseen, setUnseen] = useState(false);
  const overStill = props.still !== undefined && state === 'loading';
  const newest = useRef(props);
  newest.current = props;
  const words = useRef({ t, name });
  words.current = { t, name };

  useEffect(() => {
    if (!recorded) return connection.want(camera.id);
  }, [connection, camera.id, recorded]);

  useEffect(() => {
    const element = video.current;
    const layer = canvas.current;
    if (!element || !layer) return;
    const timeline = recorded ? recorded.timeline : connection.timeline(camera.id);
    const { plates } = recorded ?? connection;
    let shownDelay: number | null = null;
    let lastCapturedAt: number | null = null;

    const draw = (capturedAt: number | null): void => {
      lastCapturedAt = capturedAt;
      const { showTracks, showZones, camera: current } = newest.current;
      if (recorded && capturedAt !== null) recorded.want(capturedAt);
      const overlay = showTracks && capturedAt !== null ? timeline.overlayAt(capturedAt) : null;
      const labels: string[] = [];
      drawOverlay(layer, { width: element.videoWidth, height: element.videoHeight }, overlay?.tracks ?? [], {
        geometry: showZones ? current : null,
        labelOf: (track, isSmall) => {
          const { sessionId = '' } = overlay ?? {};
          const plate = plates.of({ cameraId: camera.id, sessionId, trackId: track.id });
          const label = trackLabel(track, plate, words.current, isSmall);
          labels.push(label);
          return label;
        },
      });
      // What is shown, for whoever measures it (test/e2e/player-overlay.test.ts).
      layer.dataset['pictureCapturedAt'] = capturedAt === null ? '' : capturedAt.toFixed(3);
      layer.dataset['overlayCapturedAt'] = overlay ? overlay.at.toFixed(3) : '';
      layer.dataset['tracks'] = String(overlay?.tracks.length ?? 0);
      layer.dataset['labels'] = labels.join('\n');
    };

    const tellDelay = (): void => {
      if (lastCapturedAt === null) return;
      const delay = Math.max(0, Math.round((serverNow() - lastCapturedAt) / 1000));
      if (delay !== shownDelay) newest.current.onDelay?.((shownDelay = delay));
    };
    // A picture that stands still grows old too.
    const ageing = setInterval(tellDelay, 1_000);

    const player = new HlsPlayer({
      video: element,
      playlist,
      live,
      startAt: newest.current.startAt,
      isPaused: () => newest.current.paused ?? false,
      onState: setState,
      onPicture: (capturedAt) => {
        draw(capturedAt);
        if (capturedAt === null) return;
        setUnseen(recorded?.isBlindAt(capturedAt) ?? false);
        setViewMoves(timeline.isViewMovingAt(capturedAt));
        newest.current.onPicture?.(capturedAt);
        tellDelay();
      },
    });
    player.open();
    if (playerRef) playerRef.current = player;
    recorded?.onChange(() => draw(lastCapturedAt));
    const resized = new ResizeObserver(() => draw(lastCapturedAt));
    resized.observe(layer);
    return () => {
      clearInterval(ageing);
      resized.disconnect();
      if (playerRef) playerRef.current = null;
      player.close();
      newest.current.onDelay?.(null);
    };
  }, [connection, camera.id, playlist, live, video, recorded, playerRef]);

  useEffect(() => {
    if (live) return;
    if (props.paused) video.current?.pause();
    else void video.current?.play().catch(() => undefined);
  }, [live, props.paused, video]);

  return (
    <div className="picture">
      <video
        ref={video}
        muted
        playsInline
        disablePictureInPicture
        poster={props.still}
        aria-label={t('video.label', { camera: camera.name })}
        onEnded={props.onEnded}
      />
      <canvas ref={canvas} aria-hidden="true" data-camera={camera.id} />
      {viewMoves && (
        <div className="picture-note" role="status">
          {t('video.viewMoves')}
        </div>
      )}
      {unseen && !viewMoves && props.showTracks && (
        <div className="picture-note" role="status">
          {t('video.unseen')}
        </div>
      )}
      {state !== 'playing' && (
        <div className="picture-message" data-over-still={overStill || undefined} role="status">
          {(state === 'loading' || state === 'retrying') && <span className="spinner" aria-hidden="true" />}
          {t(overStill ? 'video.still' : MESSAGES[state])}
        </div>
      )}
    </div>
  );
}
