import type { WatchEvent } from '../../../pipeline/event.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Fact } from './fact.tsx';
import { Hash } from './hash.tsx';

/** Which rule, software, models, geometry and configuration made the case. */
export function Provenance({ event }: { readonly event: WatchEvent }) {
  const { t } = useI18n();
  return (
    <section className="card">
      <h2>{t('case.provenance')}</h2>
      <dl className="facts">
        <Fact name={t('case.rule')}>
          {event.ruleId} · {t('case.ruleVersion')} {event.decision.ruleVersion}
        </Fact>
        <Fact name={t('case.software')}>{event.provenance.softwareVersion}</Fact>
        {event.provenance.models.map((model) => (
          <Fact key={model.id} name={t('case.models')}>
            {model.id} <Hash value={model.sha256} label={model.id} />
          </Fact>
        ))}
        <Fact name={t('case.geometry')}>
          <Hash value={event.decision.geometryHash} label={t('case.geometry')} />
        </Fact>
        <Fact name={t('case.config')}>
          <Hash value={event.provenance.configHash} label={t('case.config')} />
        </Fact>
      </dl>
    </section>
  );
}
