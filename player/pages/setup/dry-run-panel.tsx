import { useState } from 'react';
import type { DryRunResult } from '../../../api/contract/setup.ts';
import { api } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { cameraPath } from '../../router.ts';
import { CASE_LEAD_MS } from '../camera/time-scale.ts';
import type { DraftCamera } from './draft.ts';

const SPANS_MIN = [10, 60, 180] as const;

/** What the rules as drawn now would have found in what the camera has just seen, beside those in effect. */
export function DryRunPanel({ camera }: { readonly camera: DraftCamera }) {
  const { t, name, format, language } = useI18n();
  const errorText = useErrorText();
  const [minutes, setMinutes] = useState<number>(60);
  const [working, setWorking] = useState(false);
  const [result, setResult] = useState<DryRunResult | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  const run = (): void => {
    setWorking(true);
    setFailure(null);
    api
      .dryRun({ camera, minutes })
      .then(setResult, setFailure)
      .finally(() => setWorking(false));
  };
  return (
    <section className="card dry-run">
      <header className="row">
        <h2>{t('setup.dryRun')}</h2>
        <span className="spacer" />
        <label className="inline">
          <span>{t('setup.last')}</span>
          <select value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
            {SPANS_MIN.map((one) => (
              <option key={one} value={one}>
                {t('setup.minutes', { count: one })}
              </option>
            ))}
          </select>
        </label>
        <button type="button" className="button" disabled={working} onClick={run}>
          <Icon name="play" size={15} />
          {t(working ? 'setup.dryRunning' : 'setup.dryRunStart')}
        </button>
      </header>
      <p className="hint">{t('setup.dryRunLead')}</p>
      <div aria-live="polite">
        {failure !== null && <p className="error-box">{errorText(failure)}</p>}
        {result && result.frames === 0 && <p className="nothing">{t('setup.dryRunNothing')}</p>}
        {result && result.frames > 0 && (
          <>
            <p>
              {t('setup.dryRunSeen', {
                frames: format.number(result.frames),
                from: format.time(result.fromAt ?? 0),
                to: format.time(result.toAt ?? 0),
              })}
            </p>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t('case.rule')}</th>
                  <th scope="col" className="number">
                    {t('setup.before')}
                  </th>
                  <th scope="col" className="number">
                    {t('setup.after')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {result.counts.map(({ ruleId, before, after }) => (
                  <tr key={ruleId} data-rule={ruleId}>
                    <th scope="row">{ruleId}</th>
                    <td className="number">{format.number(before)}</td>
                    <td className="number">
                      {result.skipped.includes(ruleId) ? t('setup.notTried') : format.number(after)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {result.skipped.length > 0 && (
              <p className="hint">{t('setup.skipped', { rules: result.skipped.join(', ') })}</p>
            )}
            <ol className="dry-events">
              {result.events.map((event, index) => (
                <li key={index}>
                  {/* In a page of its own: what is drawn here and not saved stays. */}
                  <a
                    href={`${cameraPath(camera.id)}?at=${event.at - CASE_LEAD_MS}`}
                    target="_blank"
                    rel="noreferrer"
                    className="text-link"
                    title={t('setup.dryRunLook')}
                  >
                    {format.time(event.at)}
                  </a>
                  <strong>{name('kind', event.kind)}</strong>
                  {event.isNew && (
                    <span className="chip" data-tone="accent">
                      {t('setup.newEvent')}
                    </span>
                  )}
                  <span className="sub">{event.explanation[language]}</span>
                </li>
              ))}
            </ol>
          </>
        )}
      </div>
    </section>
  );
}
