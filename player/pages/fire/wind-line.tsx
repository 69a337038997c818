import { useState } from 'react';
import type { Wind } from '../../../api/contract/wind.ts';
import { api } from '../../api-client.ts';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { canFeed, useSession } from '../../session.ts';

/** How the wind blows, and, for those who may, a way to say it. */
export function WindLine({ wind, onChange }: { readonly wind: Wind | null; readonly onChange: () => void }) {
  const { t, format } = useI18n();
  const { role } = useSession();
  const compass = t('fire.compass').split(',');
  return (
    <div className="fire-wind">
      <p>
        {wind ? (
          <>
            <WindArrow fromDeg={wind.fromDeg} />
            {t('fire.wind', {
              speed: format.number(wind.speedMps, 1),
              from: compass[Math.round(wind.fromDeg / 45) % 8] ?? '',
              degrees: format.number(wind.fromDeg),
              source: wind.source,
              time: format.time(wind.at),
            })}
          </>
        ) : (
          t('fire.windUnknown')
        )}
      </p>
      {canFeed(role) && <WindForm onChange={onChange} />}
    </div>
  );
}

/** Points where the wind goes to: where the smoke drifts. */
function WindArrow({ fromDeg }: { readonly fromDeg: number }) {
  return (
    <svg className="fire-wind-arrow" viewBox="-12 -12 24 24" width="20" height="20" aria-hidden="true">
      <path d="M0 9V-8m-5 6l5 -6l5 6" transform={`rotate(${String(fromDeg + 180)})`} />
    </svg>
  );
}

function WindForm({ onChange }: { readonly onChange: () => void }) {
  const { t } = useI18n();
  const errorText = useErrorText();
  const [speed, setSpeed] = useState('');
  const [from, setFrom] = useState('');
  const [failure, setFailure] = useState<unknown>(null);
  const save = async (event: { readonly preventDefault: () => void }): Promise<void> => {
    event.preventDefault();
    setFailure(null);
    try {
      await api.reportWind({ speedMps: Number(speed), fromDeg: Number(from) });
      setSpeed('');
      setFrom('');
      onChange();
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <details>
      <summary>{t('fire.windReport')}</summary>
      <form className="filters" onSubmit={(event) => void save(event)}>
        <NumberField label={t('fire.windSpeed')} value={speed} max={90} onChange={setSpeed} />
        <NumberField label={t('fire.windFrom')} value={from} max={360} onChange={setFrom} />
        <button type="submit" className="button small">
          {t('fire.windSave')}
        </button>
        {failure !== null && <span role="alert">{errorText(failure)}</span>}
      </form>
    </details>
  );
}

function NumberField(props: {
  readonly label: string;
  readonly value: string;
  readonly max: number;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label>
      <span>{props.label}</span>
      <input
        type="number"
        required
        min={0}
        max={props.max}
        step="any"
        inputMode="decimal"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </label>
  );
}
