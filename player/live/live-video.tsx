import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Camera } from '../../api/contract/cameras.ts';
import { serverNow } from '../api-client.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { HlsPlayer, type PlayerState } from './hls-player.ts';
import { drawOverlay } from './overlay.ts';
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
};

const MESSAGES = { loading: 'video.loading', retrying: 'video.retry', unsupported: 'video.unsupported' } as const;

/** A camera's picture with what analysis saw in that very picture drawn over it. */
export function LiveVideo(props: LiveVideoProps) {
  const { camera, playlist, live } = props;
  const { t, name } = useI18n();
  const connection = useLive();
  const own = useRef<HTMLVideoElement>(null);
  const video = props.videoRef ?? own;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [state, setState] = useState<PlayerState>('loading');
  const [viewMoves, setViewMoves] = useState(false);
  const overStill = props.still !== undefined && state === 'loading';
  const newest = useRef(props);
  newest.current = props;
  const className = useRef(name);
  className.current = name;

  useEffect(() => connection.want(camera.id), [connection, camera.id]);

  useEffect(() => {
    const element = video.current;
    const layer = canvas.current;
    if (!element || !layer) return;
    const timeline = connection.timeline(camera.id);
    let shownDelay: number | null = null;
    let lastCapturedAt: number | null = null;

    const draw = (capturedAt: number | null): void => {
      lastCapturedAt = capturedAt;
      const { showTracks, showZones, camera: current } = newest.current;
      const overlay = showTracks && capturedAt !== null ? timeline.overlayAt(capturedAt) : null;
      drawOverlay(layer, { width: element.videoWidth, height: element.videoHeight }, overlay?.tracks ?? [], {
        geometry: showZones ? current : null,
        labelOf: (track) => `${className.current('class', track.className)} ${track.id}`,
      });
      // What is shown, for whoever measures it (test/e2e/player-overlay.test.ts).
      layer.dataset['pictureCapturedAt'] = capturedAt === null ? '' : capturedAt.toFixed(3);
      layer.dataset['overlayCapturedAt'] = overlay ? overlay.at.toFixed(3) : '';
      layer.dataset['tracks'] = String(overlay?.tracks.length ?? 0);
    };

    const player = new HlsPlayer({
      video: element,
      playlist,
      live,
      onState: setState,
      onPicture: (capturedAt) => {
        draw(capturedAt);
        if (capturedAt === null) return;
        setViewMoves(timeline.isViewMovingAt(capturedAt));
        newest.current.onPicture?.(capturedAt);
        const delay = Math.max(0, Math.round((serverNow() - capturedAt) / 1000));
        if (delay !== shownDelay) newest.current.onDelay?.((shownDelay = delay));
      },
    });
    player.open();
    const resized = new ResizeObserver(() => draw(lastCapturedAt));
    resized.observe(layer);
    return () => {
      resized.disconnect();
      player.close();
      newest.current.onDelay?.(null);
    };
  }, [connection, camera.id, playlist, live, video]);

  return (
    <div className="picture">
      <video
        ref={video}
        muted
        playsInline
        disablePictureInPicture
        poster={props.still}
        aria-label={t('video.label', { camera: camera.name })}
      />
      <canvas ref={canvas} aria-hidden="true" data-camera={camera.id} />
      {viewMoves && (
        <div className="picture-note" role="status">
          {t('video.viewMoves')}
        </div>
      )}
      {state !== 'playing' && (
        <div className="picture-message" data-over-still={overStill || undefined} role="status">
          {state !== 'unsupported' && <span className="spinner" aria-hidden="true" />}
          {t(overStill ? 'video.still' : MESSAGES[state])}
        </div>
      )}
    </div>
  );
}
