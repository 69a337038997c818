import { useEffect, useState } from 'react';
import { snapshotUrl } from '../api-client.ts';
import { useI18n } from '../i18n/i18n.tsx';

/** Towers send a picture per pose every few seconds. */
const REFRESH_MS = 10_000;

/** The newest picture of a camera that sends pictures and no video. */
export function StillPicture({ cameraId, name }: { readonly cameraId: string; readonly name: string }) {
  const { t } = useI18n();
  const [round, setRound] = useState(0);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setRound((before) => before + 1);
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="picture">
      <img
        src={`${snapshotUrl(cameraId)}?round=${round}`}
        alt={t('video.label', { camera: name })}
        onLoad={() => setFailed(false)}
        onError={() => setFailed(true)}
      />
      <div className="picture-message" data-over-still role="status">
        {t(failed ? 'video.noStill' : 'video.stills')}
      </div>
    </div>
  );
}
