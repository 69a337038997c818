import type { PlumeStanding } from '../../../api/contract/plumes.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useNow } from '../../use-now.ts';

/** A camera that looks tells how its plumes stand once a minute; a sweep comes round within a quarter of an hour. */
const UNWATCHED_MS = 20 * 60_000;

/** Whether smoke of an alert still goes on, as its camera last saw it. */
export function Standing({ standing }: { readonly standing: PlumeStanding }) {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const { state, at, lastSeenAt, growthPercent } = standing;
  const shown = state !== 'ended' && now - at > UNWATCHED_MS ? 'unwatched' : state;
  return (
    <p className="fire-standing" data-state={shown}>
      {t(`fire.standing.${shown}`, {
        time: format.time(shown === 'unwatched' ? at : lastSeenAt),
        growth: format.number(growthPercent),
      })}
    </p>
  );
}
