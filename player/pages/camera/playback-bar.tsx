import { type RefObject, type SyntheticEvent, useState } from 'react';
import { serverNow } from '../../api-client.ts';
import { DateField } from '../../components/date-field.tsx';
import { Icon, type IconName } from '../../components/icons.tsx';
import { OverlayToggles } from '../../components/overlay-toggles.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session.ts';
import { toDay, toInstant } from '../../site-time.ts';
import { saveStill } from './save-still.ts';
import { JUMP_MS } from './use-camera-keys.ts';
import type { Playback } from './use-playback.ts';

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8] as const;
const JUMPS_MIN = [1, 5, 30] as const;

/** What can be done with the picture: hold it, go on by pictures or seconds, faster, overlays, still, full screen. */
export function PlaybackBar(props: {
  readonly cameraId: string;
  readonly playback: Playback;
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly stage: RefObject<HTMLDivElement | null>;
  /** Written with every picture. */
  readonly clock: RefObject<HTMLTimeElement | null>;
  readonly delay: number | null;
}) {
  const { t, format } = useI18n();
  const { playback, clock, delay } = props;
  const { isLive, paused, speed } = playback;
  const seconds = JUMP_MS / 1000;
  return (
    <div className="camera-bar">
      <div className="button-group">
        <IconButton
          icon="left"
          label={t('camera.back5', { seconds })}
          keys="ArrowLeft"
          onClick={() => playback.goBy(-JUMP_MS)}
        />
        <IconButton icon="frameBack" label={t('clip.frameBack')} keys="," onClick={() => playback.step(-1)} />
        <IconButton
          icon={paused ? 'play' : 'pause'}
          label={t(paused ? 'clip.play' : 'clip.pause')}
          keys="Space"
          onClick={playback.toggle}
        />
        <IconButton icon="frameForward" label={t('clip.frameForward')} keys="." onClick={() => playback.step(1)} />
        <IconButton
          icon="right"
          label={t('camera.forward5', { seconds })}
          keys="ArrowRight"
          disabled={isLive}
          onClick={() => playback.goBy(JUMP_MS)}
        />
      </div>
      {!isLive && (
        <select
          aria-label={t('clip.speed')}
          value={speed}
          onChange={(event) => playback.setSpeed(Number(event.target.value))}
        >
          {SPEEDS.map((rate) => (
            <option key={rate} value={rate}>
              {format.number(rate, 2)}×
            </option>
          ))}
        </select>
      )}
      {isLive && (
        <span className="chip" data-tone="live">
          {t('camera.live')}
        </span>
      )}
      <time ref={clock} className="clip-time" />
      {isLive && delay !== null && <span className="muted">{t('wall.delay', { seconds: delay })}</span>}
      {!isLive && (
        <button type="button" className="button small primary" aria-keyshortcuts="L" onClick={playback.goLive}>
          {t('camera.goLive')}
        </button>
      )}
      <span className="spacer" />
      <OverlayToggles />
      <IconButton
        icon="download"
        label={t('camera.still')}
        onClick={() => saveStill(props.video.current, props.cameraId, playback.pictureAt.current ?? serverNow())}
      />
      <IconButton
        icon="expand"
        label={t('camera.fullscreen')}
        onClick={() => void props.stage.current?.requestFullscreen().catch(() => undefined)}
      />
    </div>
  );
}

/** Goes some minutes back, or to a moment that is written down. */
export function GoTo({ playback }: { readonly playback: Playback }) {
  const { t } = useI18n();
  const { timeZone } = useSession().site;
  const [wanted, setWanted] = useState('');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const at = toInstant(wanted, timeZone);
    if (at !== null) playback.go(at);
  };
  return (
    <form className="look-back" onSubmit={submit}>
      {JUMPS_MIN.map((minutes) => (
        <button
          key={minutes}
          type="button"
          className="button small"
          onClick={() => playback.go(serverNow() - minutes * 60_000)}
        >
          {t('camera.ago', { minutes })}
        </button>
      ))}
      <DateField
        label={t('camera.from')}
        isLabelHidden
        withTime
        required
        max={toDay(serverNow(), timeZone)}
        value={wanted}
        onChange={setWanted}
      />
      <button type="submit" className="button small">
        {t('camera.jump')}
      </button>
    </form>
  );
}

function IconButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly keys?: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      className="button icon-only"
      aria-label={props.label}
      title={props.label}
      aria-keyshortcuts={props.keys}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} size={18} />
    </button>
  );
}
