import { useRef, useState } from 'react';
import type { Camera } from '../../../api/contract/cameras.ts';
import { serverNow, snapshotUrl } from '../../api-client.ts';
import { StateBadge, useCause } from '../../components/camera-state.tsx';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { LiveVideo } from '../../live/live-video.tsx';
import { StillPicture } from '../../live/still-picture.tsx';
import { cameraPath } from '../../router.ts';
import { type Attention, useDetection } from './use-attention.ts';
import { useInView } from './use-in-view.ts';

type TileProps = {
  readonly camera: Camera;
  readonly showTracks: boolean;
  readonly showZones: boolean;
  /** A case of this camera has just come in. */
  readonly isAlerting: boolean;
  /** Another tile was dropped on this one. @param id of its camera */
  readonly onDrop: (id: string) => void;
  /** Moves this tile one place on (1) or back (-1). */
  readonly onMove: (by: 1 | -1) => void;
};

/** A live picture is 4 to 6 s behind; one that is older is said to be. */
const STALE_S = 15;
const DRAGGED = 'application/x-watchpost-camera';

/** One camera of the wall. It plays only while it is in view, so that a long wall stays light. */
export function Tile({ camera, showTracks, showZones, isAlerting, onDrop, onMove }: TileProps) {
  const { t, format } = useI18n();
  const cause = useCause()(camera);
  const root = useRef<HTMLElement>(null);
  const inView = useInView(root);
  const detects = useDetection(camera.id, inView);
  const attention: Attention = isAlerting ? 'alert' : detects ? 'detection' : null;
  const [delay, setDelay] = useState<number | null>(null);
  const [dropping, setDropping] = useState(false);

  // While nobody reports a camera's state, its recording may still go on: that is worth a try.
  const unknown = camera.cause === 'QUEUE_UNAVAILABLE' || camera.cause === 'NOT_REPORTED';
  const givesStills = camera.playlist === null && (camera.state === 'watching' || camera.state === 'degraded');
  const blind = (camera.state === 'blind' && !unknown) || camera.state === 'ended';
  return (
    <article
      className="tile"
      data-state={camera.state}
      data-attention={attention ?? undefined}
      data-dropping={dropping || undefined}
      ref={root}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={(event) => {
        event.preventDefault();
        setDropping(false);
        onDrop(event.dataTransfer.getData(DRAGGED));
      }}
    >
      <Link className="tile-link" to={cameraPath(camera.id)}>
        <span className="visually-hidden">{camera.name || camera.id}</span>
        {inView && camera.playlist && !blind && (
          <LiveVideo
            camera={camera}
            playlist={camera.playlist}
            still={snapshotUrl(camera.id)}
            live
            showTracks={showTracks}
            showZones={showZones}
            onDelay={setDelay}
          />
        )}
        {inView && givesStills && <StillPicture cameraId={camera.id} name={camera.name || camera.id} />}
        {(blind || (!camera.playlist && !givesStills)) && <Blind camera={camera} />}
      </Link>
      <footer>
        <button
          type="button"
          className="grip"
          draggable
          aria-label={t('wall.move', { name: camera.name || camera.id })}
          title={t('wall.moveHint')}
          onDragStart={(event) => {
            event.dataTransfer.setData(DRAGGED, camera.id);
            event.dataTransfer.effectAllowed = 'move';
            if (root.current) event.dataTransfer.setDragImage(root.current, 20, 20);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
            event.preventDefault();
            onMove(event.key === 'ArrowRight' ? 1 : -1);
          }}
        >
          <Icon name="grip" size={14} />
        </button>
        <div className="tile-name">
          <strong>{camera.name || camera.id}</strong>
          {camera.state === 'degraded' && cause !== null ? (
            <span className="tile-cause" title={cause}>
              {cause}
            </span>
          ) : (
            <span>{camera.place}</span>
          )}
        </div>
        {attention && (
          <span className="attention" data-attention={attention}>
            {t(`wall.${attention}`)}
          </span>
        )}
        {delay !== null && !blind && (
          <span className="delay" data-stale={delay > STALE_S || undefined} title={t('wall.delay', { seconds: delay })}>
            <Icon name="clock" size={13} />
            {delay > STALE_S
              ? t('wall.stale', { time: format.time(serverNow() - delay * 1000) })
              : t('wall.delayShort', { seconds: delay })}
          </span>
        )}
        <StateBadge state={camera.state} />
      </footer>
    </article>
  );
}

function Blind({ camera }: { readonly camera: Camera }) {
  const { t, format } = useI18n();
  const cause = useCause()(camera);
  const connecting = camera.state === 'connecting';
  return (
    <div className="blind">
      {connecting ? <span className="spinner" aria-hidden="true" /> : <Icon name="blind" size={30} />}
      <strong>{camera.playlist || !connecting ? t(`camera.state.${camera.state}`) : t('video.noPlaylist')}</strong>
      <span>{t('camera.since', { time: format.dateTime(camera.since) })}</span>
      {cause !== null && <p>{cause}</p>}
    </div>
  );
}
