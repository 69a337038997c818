import { type Ref, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react';
import type { CaseDetail } from '../../api/contract/cases.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import { api } from '../api-client.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { drawOverlay } from '../live/overlay.ts';
import { Timeline } from '../live/timeline.ts';
import { trackLabel } from '../live/track-label.ts';
import { Icon } from './icons.tsx';

/** What keys and buttons do with a clip. */
export type ClipControls = {
  readonly toggle: () => void;
  readonly seek: (seconds: number) => void;
  readonly step: (frames: number) => void;
};

type ClipPlayerProps = {
  readonly detail: CaseDetail;
  /** False: only loads, unseen, so that it starts at once when its turn comes. */
  readonly active: boolean;
  readonly overlay: boolean;
  readonly onOverlay: () => void;
  readonly controls?: Ref<ClipControls>;
};

/** Until two neighbouring frames were seen. */
const USUAL_FRAME_S = 1 / 25;
const SPEEDS = [0.25, 0.5, 1] as const;

/** A case's clip in a loop, with the tracks of analysis drawn over each picture. Clip time + `startPtsMs` = `ptsMs`. */
export function ClipPlayer({ detail, active, overlay, onOverlay, controls }: ClipPlayerProps) {
  const { t, name, format } = useI18n();
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [playing, setPlaying] = useState(false);
  const [failed, setFailed] = useState(false);
  const [timeS, setTimeS] = useState(0);
  const [speed, setSpeed] = useState<number>(1);
  const frames = useFrames(detail.detectionsUrl);
  const { startPtsMs, durationMs } = detail.clip;
  const event = detail.event as WatchEvent;
  const triggerS = (event.triggerPtsMs - startPtsMs) / 1000;
  const durationS = durationMs / 1000;
  const frameS = useRef(USUAL_FRAME_S);

  const timeline = useMemo(() => {
    const filled = new Timeline(Infinity);
    for (const frame of frames) filled.add({ at: frame.ptsMs, tracks: frame.tracks });
    return filled;
  }, [frames]);

  const plateOf = useMemo(
    () => new Map(detail.plates?.map(({ trackId, text, corrected }) => [trackId, corrected ? corrected.text : text])),
    [detail.plates],
  );
  const offenders = useMemo(() => new Set(event.subjects.map((subject) => subject.trackId)), [event]);

  useEffect(() => {
    const element = video.current;
    if (!element) return;
    if (active) void element.play().catch(() => undefined);
    else element.pause();
  }, [active]);

  useEffect(() => {
    const element = video.current;
    const layer = canvas.current;
    if (!element || !layer || !active) return;
    let request = 0;
    let lastS = element.currentTime;
    const draw = (mediaS: number): void => {
      const ptsMs = startPtsMs + mediaS * 1000;
      const found = overlay ? timeline.overlayAt(ptsMs) : null;
      const tracks = (found?.tracks ?? []).map((track) =>
        offenders.has(track.id) && track.alerts.length === 0 ? { ...track, alerts: [event.kind] } : track,
      );
      drawOverlay(layer, { width: element.videoWidth, height: element.videoHeight }, tracks, {
        geometry: null,
        labelOf: (track, isSmall) => trackLabel(track, plateOf.get(track.id) ?? null, { t, name }, isSmall),
      });
      layer.dataset['picturePtsMs'] = ptsMs.toFixed(3);
      layer.dataset['overlayPtsMs'] = found ? found.at.toFixed(3) : '';
      layer.dataset['tracks'] = String(tracks.length);
    };
    const onFrame = (_now: number, { mediaTime }: VideoFrameCallbackMetadata): void => {
      const stepS = mediaTime - lastS;
      // Neighbouring frames are 8 to 100 ms apart; a larger difference is a seek or a skipped frame.
      if (stepS > 0.008 && stepS < 0.1) frameS.current = stepS;
      lastS = mediaTime;
      draw(mediaTime);
      setTimeS(mediaTime);
      request = element.requestVideoFrameCallback(onFrame);
    };
    request = element.requestVideoFrameCallback(onFrame);
    const resized = new ResizeObserver(() => draw(lastS));
    resized.observe(layer);
    return () => {
      element.cancelVideoFrameCallback(request);
      resized.disconnect();
    };
  }, [active, overlay, timeline, offenders, plateOf, startPtsMs, event.kind, t, name]);

  const act = useMemo<ClipControls>(() => {
    const to = (seconds: number): void => {
      const element = video.current;
      if (element) element.currentTime = Math.min(Math.max(seconds, 0), element.duration || durationS);
    };
    return {
      toggle: () => {
        const element = video.current;
        if (element?.paused) void element.play().catch(() => undefined);
        else element?.pause();
      },
      seek: (seconds) => to((video.current?.currentTime ?? 0) + seconds),
      step: (count) => {
        video.current?.pause();
        to((video.current?.currentTime ?? 0) + count * frameS.current);
      },
    };
  }, [durationS]);
  useImperativeHandle(controls, () => act, [act]);

  return (
    <div className="clip" hidden={!active}>
      <div className="picture" style={{ aspectRatio: `${detail.clip.width} / ${detail.clip.height}` }}>
        <video
          ref={video}
          src={detail.clip.previewUrl ?? detail.clip.url}
          muted
          loop
          playsInline
          preload="auto"
          disablePictureInPicture
          aria-label={t('clip.label')}
          onPlay={() => setPlaying(true)}
          onPause={() => setPlaying(false)}
          onError={() => setFailed(true)}
          onClick={act.toggle}
        />
        <canvas ref={canvas} aria-hidden="true" data-case={detail.id} />
        {failed && (
          <div className="picture-message" role="alert">
            <Icon name="warning" />
            {t('clip.error')}
          </div>
        )}
      </div>
      <div className="clip-bar">
        <button
          type="button"
          className="button icon-only"
          onClick={act.toggle}
          aria-label={t(playing ? 'clip.pause' : 'clip.play')}
          aria-keyshortcuts="Space"
        >
          <Icon name={playing ? 'pause' : 'play'} size={18} />
        </button>
        <button
          type="button"
          className="button icon-only"
          onClick={() => act.step(-1)}
          aria-label={t('clip.frameBack')}
          aria-keyshortcuts=","
        >
          <Icon name="frameBack" size={18} />
        </button>
        <button
          type="button"
          className="button icon-only"
          onClick={() => act.step(1)}
          aria-label={t('clip.frameForward')}
          aria-keyshortcuts="."
        >
          <Icon name="frameForward" size={18} />
        </button>
        <div className="scrubber">
          <span
            className="trigger-mark"
            style={{ left: `${(100 * triggerS) / durationS}%` }}
            title={t('clip.trigger')}
          />
          <input
            type="range"
            min={0}
            max={durationS}
            step={0.04}
            value={timeS}
            aria-label={t('clip.seek')}
            onChange={(change) => act.seek(Number(change.target.value) - (video.current?.currentTime ?? 0))}
          />
        </div>
        <span className="clip-time">{format.preciseTime(event.triggerAt + (timeS - triggerS) * 1000)}</span>
        <select
          className="speed"
          aria-label={t('clip.speed')}
          value={speed}
          onChange={(change) => {
            const rate = Number(change.target.value);
            setSpeed(rate);
            if (video.current) video.current.playbackRate = rate;
          }}
        >
          {SPEEDS.map((rate) => (
            <option key={rate} value={rate}>
              {format.number(rate, 2)}×
            </option>
          ))}
        </select>
        <button
          type="button"
          className="button toggle"
          aria-pressed={overlay}
          onClick={onOverlay}
          aria-label={t('clip.overlay')}
          aria-keyshortcuts="O"
        >
          <Icon name="boxes" size={17} />
          <span>{t('clip.overlay')}</span>
        </button>
      </div>
    </div>
  );
}

/** The per-frame tracks of a clip; without them the clip still plays. */
function useFrames(url: string | null): readonly LiveFrame[] {
  const [frames, setFrames] = useState<readonly LiveFrame[]>([]);
  useEffect(() => {
    setFrames([]);
    if (!url) return;
    const abort = new AbortController();
    api.detections(url, abort.signal).then(setFrames, () => undefined);
    return () => abort.abort();
  }, [url]);
  return frames;
}
