import type { LiveTrack } from '../../pipeline/live.ts';
import type { MessageKey } from '../i18n/vi.ts';
import type { Values } from '../i18n/translate.ts';

type Words = {
  readonly t: (key: MessageKey, values?: Values) => string;
  readonly name: (prefix: 'class', of: string) => string;
};

/**
 * What stands beside a box: kind and number, then plate and speed where they are known. A speed always says that it is
 * indicative. On a small tile only what is known beyond the kind has room; then it may be empty.
 */
export const trackLabel = (
  { id, className, speed }: Pick<LiveTrack, 'id' | 'className' | 'speed'>,
  plate: string | null,
  { t, name }: Words,
  isSmall: boolean,
): string => {
  const facts = [
    ...(plate === null ? [] : [plate]),
    ...(speed ? [t('overlay.speed', { kmh: speed.kmh, margin: speed.marginKmh })] : []),
  ];
  return (isSmall ? facts : [`${name('class', className)} ${id}`, ...facts]).join(' · ');
};
