import { Fragment, type SyntheticEvent, useCallback, useState } from 'react';
import type { Trace } from '../../../api/contract/passages.ts';
import { api } from '../../api-client.ts';
import { DateField } from '../../components/date-field.tsx';
import { ErrorBox } from '../../components/error-box.tsx';
import { Icon } from '../../components/icons.tsx';
import { Loading, Notice, useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session.ts';
import { nextDay, toInstant } from '../../site-time.ts';
import { PassageCard } from './passage-card.tsx';
import { PurposeField } from './purpose-field.tsx';
import { TraceMap } from './trace-map.tsx';

/** Where one plate was: a timeline with the time between two places, and a map. */
export function TraceView(props: {
  readonly purpose: string;
  readonly onPurpose: (purpose: string) => void;
  readonly plate: string;
  readonly onPlate: (plate: string) => void;
}) {
  const { t } = useI18n();
  const errorText = useErrorText();
  const { purpose, plate, onPlate } = props;
  const { timeZone } = useSession().site;
  const [days, setDays] = useState({ from: '', until: '' });
  const [trace, setTrace] = useState<Trace | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const ask = useCallback(
    (event: SyntheticEvent): void => {
      event.preventDefault();
      setBusy(true);
      setProblem(null);
      setTrace(null);
      const after = days.from === '' ? null : toInstant(days.from, timeZone);
      const before = days.until === '' ? null : toInstant(nextDay(days.until), timeZone);
      api
        .tracePlate({
          ...{ purpose: purpose.trim(), plate: plate.trim() },
          ...(after === null ? {} : { after }),
          ...(before === null ? {} : { before }),
        })
        .then(setTrace)
        .catch(setProblem)
        .finally(() => setBusy(false));
    },
    [purpose, plate, days, timeZone],
  );
  return (
    <>
      <form className="card plates-form" aria-label={t('plates.trace')} onSubmit={ask}>
        <PurposeField value={purpose} onChange={props.onPurpose} />
        <label className="plates-plate">
          <span>{t('plates.plate')}</span>
          <input
            type="search"
            required
            value={plate}
            maxLength={40}
            autoCapitalize="characters"
            spellCheck={false}
            onChange={(event) => onPlate(event.target.value)}
          />
        </label>
        <div className="filters">
          <DateField label={t('plates.from')} value={days.from} onChange={(from) => setDays({ ...days, from })} />
          <DateField
            label={t('plates.until')}
            value={days.until}
            min={days.from}
            onChange={(until) => setDays({ ...days, until })}
          />
        </div>
        <div className="plates-checks">
          <button type="submit" className="button primary" disabled={busy}>
            {t('plates.findTrace')}
          </button>
        </div>
      </form>
      {problem !== null && <ErrorBox>{errorText(problem)}</ErrorBox>}
      {busy && <Loading />}
      {!busy && !trace && problem === null && (
        <Notice icon="plate" title={t('plates.traceStart')} hint={t('plates.traceStartHint')} />
      )}
      {trace?.passages.length === 0 && <Notice icon="empty" title={t('plates.traceEmpty')} />}
      {trace && trace.passages.length > 0 && <TraceResult trace={trace} />}
    </>
  );
}

function TraceResult({ trace }: { readonly trace: Trace }) {
  const { t } = useI18n();
  return (
    <div className="trace">
      <section className="passages" aria-label={t('plates.timeline')}>
        {trace.truncated && <p className="warning-box">{t('plates.truncated')}</p>}
        {trace.passages.map((passage, index) => (
          <Fragment key={passage.id}>
            {index > 0 && (
              <Leg leg={trace.legs[index - 1]!} isSame={trace.passages[index - 1]!.cameraId === passage.cameraId} />
            )}
            <PassageCard passage={passage} />
          </Fragment>
        ))}
      </section>
      <TraceMap trace={trace} />
    </div>
  );
}

function Leg({ leg, isSame }: { readonly leg: Trace['legs'][number]; readonly isSame: boolean }) {
  const { t, format } = useI18n();
  const minutes = Math.floor(leg.durationMs / 60_000);
  const duration =
    minutes < 1
      ? t('plates.seconds', { count: Math.round(leg.durationMs / 1_000) })
      : minutes < 60
        ? t('plates.minutes', { count: minutes })
        : t('plates.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  const text = isSame
    ? t('plates.legSame', { duration })
    : leg.distanceM === null || leg.speedKmh === null
      ? t('plates.legUnknown', { duration })
      : t('plates.leg', {
          duration,
          distance: format.number(leg.distanceM / 1000, 1),
          speed: format.number(leg.speedKmh, 0),
        });
  return (
    <p className="trace-leg" data-plausible={leg.plausible === false ? 'no' : 'yes'}>
      <span>{text}</span>
      {leg.plausible === false && (
        <strong>
          <Icon name="warning" size={16} />
          {t('plates.implausible')}
        </strong>
      )}
    </p>
  );
}
