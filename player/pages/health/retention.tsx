import { api } from '../../api-client.ts';
import { TableScroll } from '../../components/table-scroll.tsx';
import { PartState } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { canAudit, useSession } from '../../session.ts';
import { useResource } from '../../use-resource.ts';

const REFRESH_MS = 60_000;

/** How long the evidence of closed cases lives, by tier, and what is due to be erased. */
export function Retention() {
  const { role } = useSession();
  return canAudit(role) ? <Tiers /> : null;
}

function Tiers() {
  const { t, name, format } = useI18n();
  const tiers = useResource(api.retention, REFRESH_MS);
  const { data } = tiers;
  if (!data) return <PartState of={tiers} />;
  return (
    <>
      <h2>{t('retention.title')}</h2>
      <PartState of={tiers} />
      {data.tiers.length > 0 && <p>{t('retention.lead')}</p>}
      <p className="muted">
        {t('retention.counts', { held: format.number(data.held), erased: format.number(data.erased) })}
      </p>
      {data.tiers.length === 0 ? (
        <p>{t('retention.none')}</p>
      ) : (
        <TableScroll label={t('retention.title')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('retention.tier')}</th>
                <th scope="col" className="number">
                  {t('retention.keepDays')}
                </th>
                <th scope="col">{t('retention.lock')}</th>
                <th scope="col" className="number">
                  {t('retention.cases')}
                </th>
                <th scope="col">{t('retention.next')}</th>
                <th scope="col" className="number">
                  {t('retention.due30')}
                </th>
              </tr>
            </thead>
            <tbody>
              {data.tiers.map((tier) => (
                <tr key={tier.name}>
                  <th scope="row">
                    {tier.name}
                    <span className="sub">
                      {[
                        tier.states?.map((state) => name('caseState', state)).join(', ') ?? t('retention.every'),
                        ...(tier.kinds?.map((kind) => name('kind', kind)) ?? []),
                      ].join(' · ')}
                    </span>
                  </th>
                  <td className="number">{format.number(tier.keepDays)}</td>
                  <td>{t(tier.lock === null ? 'retention.unlocked' : 'retention.locked')}</td>
                  <td className="number">{format.number(tier.cases)}</td>
                  <td className="nowrap">
                    {tier.nextEraseAt === null ? t('health.none') : format.dateTime(tier.nextEraseAt)}
                  </td>
                  <td className="number">{format.number(tier.due30Days)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </>
  );
}
