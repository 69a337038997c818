import { useCallback, useState } from 'react';
import type { WatchAlert } from '../../api/contract/passages.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useWatchAlerts } from '../live/use-live.ts';
import { Icon } from './icons.tsx';
import { Link } from './link.tsx';

/** On every page, at once: a vehicle that somebody looks for has just passed. Stays until it is opened or closed. */
export function WatchBanner() {
  const { t, name, format } = useI18n();
  const [alert, setAlert] = useState<WatchAlert | null>(null);
  useWatchAlerts(useCallback((next: WatchAlert) => setAlert(next), []));
  if (!alert) return null;
  const { list, plate, cameraId, at } = alert;
  return (
    <div className="banner" data-tone="bad" role="alert">
      <Icon name="plate" size={18} />
      {t('watch.banner', { list: name('watchList', list), plate, camera: cameraId, time: format.time(at) })}
      <Link className="button small" to="/plates?view=lists" onClick={() => setAlert(null)}>
        {t('watch.open')}
      </Link>
      <button type="button" className="button small" onClick={() => setAlert(null)}>
        {t('watch.dismiss')}
      </button>
    </div>
  );
}
