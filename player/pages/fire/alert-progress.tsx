import type { AlertDelivery, AlertProgress } from '../../../api/contract/alerts.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useNow } from '../../use-now.ts';

/** The newest word of each channel in each group. */
const newestOf = (deliveries: readonly AlertDelivery[]): readonly AlertDelivery[] => {
  const newest = new Map<string, AlertDelivery>();
  for (const delivery of deliveries) {
    const key = `${String(delivery.level)} ${delivery.channelId}`;
    const known = newest.get(key);
    if (!known || known.dueAt <= delivery.dueAt) newest.set(key, delivery);
  }
  return [...newest.values()];
};

/** Who was told of an incident, and how long until the next group is. */
export function IncidentProgress({ progress }: { readonly progress: AlertProgress }) {
  const { t, format } = useI18n();
  const { acknowledged, deliveries, escalateAt, groups, level } = progress;
  const now = useNow(1_000);
  const seconds = escalateAt === null ? null : Math.max(0, Math.ceil((escalateAt - now) / 1_000));
  const clock = seconds === null ? '' : `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <div className="fire-progress">
      <ul aria-label={t('fire.told')}>
        {newestOf(deliveries).map((delivery) => (
          <li key={`${String(delivery.level)} ${delivery.channelId}`} data-tone={toneOf(delivery)}>
            <span className="dot" aria-hidden="true" />
            {delivery.channelId}
            {': '}
            {delivery.deliveredAt !== null
              ? t('fire.delivered', { time: format.time(delivery.deliveredAt) })
              : delivery.refusedAt !== null
                ? t('fire.refused')
                : delivery.attempts > 0
                  ? t('fire.failing', { count: delivery.attempts })
                  : t('fire.sending')}
          </li>
        ))}
      </ul>
      <p className="muted">
        {acknowledged
          ? t('fire.acknowledgedBy', { name: acknowledged.by, time: format.time(acknowledged.at) })
          : seconds !== null
            ? t('fire.escalatesIn', { clock, next: level + 2, groups })
            : groups > 1
              ? t('fire.allTold')
              : t('fire.notAcknowledged')}
      </p>
    </div>
  );
}

const toneOf = ({ attempts, deliveredAt, refusedAt }: AlertDelivery): 'good' | 'bad' | 'none' =>
  deliveredAt !== null ? 'good' : refusedAt !== null || attempts > 0 ? 'bad' : 'none';
