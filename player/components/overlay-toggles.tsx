import { useI18n } from '../i18n/i18n.tsx';
import { setPreferences, usePreferences } from '../preferences.ts';
import { Toggle } from './toggle.tsx';

/** What is drawn over pictures: boxes with their facts, and places. Kept on this device, the same for all cameras. */
export function OverlayToggles() {
  const { t } = useI18n();
  const { showTracks, showZones } = usePreferences();
  return (
    <>
      <Toggle
        pressed={showTracks}
        icon="boxes"
        label={t('wall.tracks')}
        onClick={() => setPreferences({ showTracks: !showTracks })}
      />
      <Toggle
        pressed={showZones}
        icon="zone"
        label={t('wall.zones')}
        onClick={() => setPreferences({ showZones: !showZones })}
      />
    </>
  );
}
