import { useCallback } from 'react';
import type { Camera } from '../../../api/contract/cameras.ts';
import { api } from '../../api-client.ts';
import { useCause } from '../../components/camera-state.tsx';
import { CaseBadge } from '../../components/case-parts.tsx';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { PartState } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { casePath } from '../../router.ts';
import { useResource } from '../../use-resource.ts';
import { CASE_LEAD_MS } from './time-scale.ts';

const REFRESH_MS = 15_000;

/** State of a camera, its account of frames, its rules. */
export function Facts({ camera }: { readonly camera: Camera }) {
  const { t, name, format } = useI18n();
  const cause = useCause()(camera);
  const { received, analysed, dropped } = camera.frames;
  const drops = Object.entries(dropped).filter(([, count]) => count > 0);
  return (
    <section className="card">
      <dl className="facts">
        <div>
          <dt>{t('health.state')}</dt>
          <dd>
            {t(`camera.state.${camera.state}`)}{' '}
            <span className="muted">{t('camera.since', { time: format.dateTime(camera.since) })}</span>
          </dd>
        </div>
        {cause !== null && (
          <div>
            <dt>{t('camera.cause')}</dt>
            <dd>{cause}</dd>
          </div>
        )}
        <div>
          <dt>{t('camera.group')}</dt>
          <dd>{camera.group === 'default' ? t('camera.groupDefault') : camera.group}</dd>
        </div>
      </dl>
      <h3>{t('camera.frames')}</h3>
      <dl className="figures">
        <div>
          <dt>{t('camera.received')}</dt>
          <dd>{format.number(received)}</dd>
        </div>
        <div>
          <dt>{t('camera.analysed')}</dt>
          <dd>{format.number(analysed)}</dd>
        </div>
        <div>
          <dt>{t('camera.dropped')}</dt>
          <dd>{format.number(Object.values(dropped).reduce((sum, count) => sum + count, 0))}</dd>
        </div>
      </dl>
      {drops.length > 0 && (
        <p className="muted">
          {drops.map(([reason, count]) => `${name('drop', reason)}: ${format.number(count)}`).join(' · ')}
        </p>
      )}
      <h3>{t('camera.rules')}</h3>
      {camera.rules.length === 0 ? (
        <p className="muted">{t('camera.noRules')}</p>
      ) : (
        <ul className="plain">
          {camera.rules.map((rule) => (
            <li key={rule.id}>
              {name('kind', rule.kind)} <span className="muted">{rule.name}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Its newest cases; each can be looked at in the recording. */
export function RecentCases(props: { readonly cameraId: string; readonly onGo: (at: number) => void }) {
  const { cameraId } = props;
  const { t, name, format } = useI18n();
  const load = useCallback((signal: AbortSignal) => api.cases({ cameraId, limit: 6 }, signal), [cameraId]);
  const recent = useResource(load, REFRESH_MS);
  const { data } = recent;
  return (
    <section className="card">
      <h3>{t('camera.recent')}</h3>
      <PartState of={recent} />
      {data?.cases.length === 0 && <p className="muted">{t('camera.recentNone')}</p>}
      <ul className="plain">
        {data?.cases.map((one) => (
          <li key={one.id} className="row-with-button">
            <Link className="row-link" to={casePath(one.id)}>
              <span>
                {name('kind', one.kind)}
                <span className="sub">{format.dateTime(one.triggerAt)}</span>
              </span>
              <CaseBadge state={one.state} />
            </Link>
            <button
              type="button"
              className="button icon-only small"
              aria-label={t('camera.lookAt', { time: format.dateTime(one.triggerAt) })}
              title={t('camera.lookAt', { time: format.dateTime(one.triggerAt) })}
              onClick={() => props.onGo(one.triggerAt - CASE_LEAD_MS)}
            >
              <Icon name="clock" size={16} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
