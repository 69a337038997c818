import { useCallback } from 'react';
import { api, serverNow } from '../../api-client.ts';
import { PartState } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useResource } from '../../use-resource.ts';

const DAY_MS = 86_400_000;

/** How often the second, blind look at a case agreed with the first. */
export function AgreementCard({ days }: { readonly days: number }) {
  const { t, format } = useI18n();
  const load = useCallback(
    (signal: AbortSignal) => api.agreement({ after: serverNow() - days * DAY_MS }, signal),
    [days],
  );
  const agreement = useResource(load);
  const { data } = agreement;
  if (!data) return <PartState of={agreement} />;
  const percent = (share: number): string => format.number(share * 100, 0);
  return (
    <section className="card" aria-labelledby="agreement">
      <h2 id="agreement">{t('agreement.title')}</h2>
      {data.share === null || data.interval === null ? (
        <p className="muted">{t('agreement.none')}</p>
      ) : (
        <p>
          <strong>{percent(data.share)} %</strong>{' '}
          <span className="muted">
            {t('quality.interval', { low: percent(data.interval[0]), high: percent(data.interval[1]) })}
          </span>
          <br />
          {t('agreement.of', { agreed: data.agreed, count: data.reviewedTwice })}
        </p>
      )}
      <p className="hint">{t('agreement.hint')}</p>
    </section>
  );
}
