import { useEffect, useRef, useState } from 'react';
import type { Camera } from '../../../api/contract/cameras.ts';
import { StateBadge, useCause } from '../../components/camera-state.tsx';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { LiveVideo } from '../../live/live-video.tsx';
import { cameraPath } from '../../router.ts';

type TileProps = { readonly camera: Camera; readonly showTracks: boolean; readonly showZones: boolean };

/** One camera of the wall. It plays only while it is in view, so that a long wall stays light. */
export function Tile({ camera, showTracks, showZones }: TileProps) {
  const { t } = useI18n();
  const cause = useCause()(camera);
  const root = useRef<HTMLElement>(null);
  const [inView, setInView] = useState(false);
  const [delay, setDelay] = useState<number | null>(null);

  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const observer = new IntersectionObserver(([entry]) => setInView(entry?.isIntersecting ?? false), {
      rootMargin: '80px',
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // While nobody reports a camera's state, its recording may still go on: that is worth a try.
  const unknown = camera.cause === 'QUEUE_UNAVAILABLE' || camera.cause === 'NOT_REPORTED';
  const blind = (camera.state === 'blind' && !unknown) || camera.state === 'ended';
  return (
    <article className="tile" data-state={camera.state} ref={root}>
      <Link className="tile-link" to={cameraPath(camera.id)} aria-label={camera.name || camera.id}>
        {inView && camera.playlist && !blind && (
          <LiveVideo
            camera={camera}
            playlist={camera.playlist}
            live
            showTracks={showTracks}
            showZones={showZones}
            onDelay={setDelay}
          />
        )}
        {(blind || !camera.playlist) && <Blind camera={camera} />}
      </Link>
      <footer>
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
        {delay !== null && !blind && (
          <span className="delay" title={t('wall.delay', { seconds: delay })}>
            <Icon name="clock" size={13} />
            {t('wall.delayShort', { seconds: delay })}
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
