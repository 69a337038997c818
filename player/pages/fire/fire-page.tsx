import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { CaseSummary, VerdictRequest } from '../../../api/contract/cases.ts';
import type { IncidentList, IncidentView } from '../../../api/contract/incidents.ts';
import { distanceM } from '../../../pipeline/fire/earth.ts';
import { azimuthTo } from '../../../pipeline/fire/terrain.ts';
import { api } from '../../api-client.ts';
import { CaseBadge } from '../../components/case-parts.tsx';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Failure, Loading, Notice, Stale, useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import type { MessageKey } from '../../i18n/vi.ts';
import { useCaseChanges } from '../../live/use-live.ts';
import { casePath } from '../../router.ts';
import { canDecide, useSession } from '../../session.ts';
import { useResource } from '../../use-resource.ts';
import { IncidentProgress } from './alert-progress.tsx';
import { Icon } from '../../components/icons.tsx';
import { chime, isSilenced, letSound, watchSound } from './chime.ts';
import { DangerLine } from './danger-line.tsx';
import { FireActions } from './fire-actions.tsx';
import { FireMap } from './fire-map.tsx';
import { PlumeSeries } from './plume-series.tsx';
import { Standing } from './standing.tsx';
import { WindLine } from './wind-line.tsx';

const REFRESH_MS = 60_000;
/** Who was away from the desk hears it, too. */
const AGAIN_MS = 30_000;
const isOpen = ({ state }: CaseSummary): boolean => state === 'pending' || state === 'claimed';

/** Smoke and flame of the last day: where, since when, who looks after it. */
export function FirePage() {
  const { t } = useI18n();
  const { data, error, loadedAt, reload } = useResource<IncidentList>(api.incidents, REFRESH_MS);
  useCaseChanges(useCallback(({ kind }) => (kind === 'smoke' || kind === 'flame' ? reload() : undefined), [reload]));
  const [selected, setSelected] = useState<string | null>(null);
  const waiting = (data?.incidents ?? []).filter(({ alerts }) => alerts.some((one) => one.case.state === 'pending'));
  useAlarm(waiting.map(({ id }) => id));
  return (
    <div className="page">
      <PageHeader title={waiting.length > 0 ? t('fire.titleWaiting', { count: waiting.length }) : t('fire.title')} />
      <Silence />
      {data && error !== null && <Stale at={loadedAt} onRetry={reload} />}
      {!data && (error ? <Failure error={error} onRetry={reload} /> : <Loading />)}
      {data && (
        <div className="fire-weather">
          <DangerLine danger={data.danger} onChange={reload} />
          <WindLine wind={data.wind} onChange={reload} />
        </div>
      )}
      {data?.incidents.length === 0 && <Notice icon="empty" title={t('fire.none')} hint={t('fire.noneHint')} />}
      {data && data.incidents.length > 0 && (
        <div className="fire-desk">
          <FireMap incidents={data.incidents} selected={selected} onSelect={setSelected} />
          <ol className="fire-list">
            {data.incidents.map((incident) => (
              <Incident
                key={incident.id}
                incident={incident}
                isSelected={incident.id === selected}
                onSelect={() => setSelected(incident.id)}
                onChange={reload}
              />
            ))}
          </ol>
        </div>
      )}
    </div>
  );
}

/** Nobody relies on an alarm that the browser keeps silent. */
function Silence() {
  const { t } = useI18n();
  const silenced = useSyncExternalStore(watchSound, isSilenced);
  if (!silenced) return null;
  return (
    <div className="warning-box" role="status">
      <Icon name="warning" size={18} />
      <span>{t('fire.silenced')}</span>
      <button type="button" className="button small" onClick={() => void letSound().then(chime)}>
        {t('fire.letSound')}
      </button>
    </div>
  );
}

/** Sounds at once for each new incident, and again until nobody waits any more; the page's title says how many do. */
function useAlarm(ids: readonly string[]): void {
  const known = useRef(new Set<string>());
  const text = ids.join(' ');
  useEffect(() => {
    const news = text.split(' ').filter((id) => id !== '' && !known.current.has(id));
    for (const id of news) known.current.add(id);
    if (news.length > 0) chime();
    if (text === '') return;
    const again = setInterval(chime, AGAIN_MS);
    return () => clearInterval(again);
  }, [text]);
}

function Incident(props: {
  readonly incident: IncidentView;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
  readonly onChange: () => void;
}) {
  const { t, format, language } = useI18n();
  const { incident, isSelected } = props;
  return (
    <li className="fire-incident" data-selected={isSelected} onClick={props.onSelect}>
      <header>
        <strong>{wherePlain(incident, t, format.number)}</strong>
        <span className="muted">
          {t('fire.times', { first: format.time(incident.firstAt), last: format.time(incident.lastAt) })}
          {' · '}
          {t('fire.stations', { count: incident.stations })}
        </span>
      </header>
      {/* What is to be done comes before what was seen: with several towers that is pages long. */}
      <Actions incident={incident} onChange={props.onChange} />
      <FireActions incident={incident} onChange={props.onChange} />
      {incident.progress && <IncidentProgress progress={incident.progress} />}
      <WayThere incident={incident} />
      <NearestList incident={incident} />
      <ol className="fire-series">
        {incident.alerts.map(({ case: one, explanation, standing, crops }) => (
          <li key={one.id}>
            <Link to={casePath(one.id)}>
              {one.thumbnail && <img src={one.thumbnail} alt="" loading="lazy" />}
              <span>
                {one.cameraName} · {format.time(one.triggerAt)}
              </span>
            </Link>
            <CaseBadge state={one.state} />
            <PlumeSeries crops={crops} camera={one.cameraName} />
            {standing && <Standing standing={standing} />}
            <p>{explanation[language]}</p>
          </li>
        ))}
      </ol>
    </li>
  );
}

/** How far it is from each tower that sees it; and the place for whoever drives there with a phone. */
function WayThere({ incident: { alerts, position } }: { readonly incident: IncidentView }) {
  const { t, format } = useI18n();
  if (!('place' in position)) return null;
  const { place } = position;
  const towers = new Map(
    alerts.flatMap(({ sight, case: { cameraId, cameraName } }) =>
      sight ? [[cameraId, { name: cameraName, station: sight.station }] as const] : [],
    ),
  );
  const at = `${place.latitude.toFixed(5)},${place.longitude.toFixed(5)}`;
  return (
    <ul className="fire-nearest">
      {[...towers].map(([cameraId, { name, station }]) => (
        <li key={cameraId}>
          {t('fire.fromTower', {
            tower: name,
            distance: format.number(distanceM(station, place) / 1000, 1),
            azimuth: format.number(azimuthTo(station, place)),
          })}
        </li>
      ))}
      <li>
        <a href={`geo:${at}?q=${at}`}>{t('fire.openMap')}</a>
      </li>
    </ul>
  );
}

/** With what to put it out, and on which part of the map it is. */
function NearestList({ incident: { nearest, vn2000 } }: { readonly incident: IncidentView }) {
  const { t, format } = useI18n();
  if (nearest.length === 0 && !vn2000) return null;
  return (
    <ul className="fire-nearest">
      {vn2000 && (
        <li>
          {t('fire.vn2000', {
            meridian: degreesAndMinutes(vn2000.centralMeridianDeg),
            north: Math.round(vn2000.northingM),
            east: Math.round(vn2000.eastingM),
          })}
        </li>
      )}
      {nearest.map(({ kind, name, owner, distanceM, azimuthDeg, travelMinutes }) => (
        <li key={kind}>
          {t(`fire.nearest.${kind}`, { name: name ?? t('fire.nameless') })}
          {distanceM > 0 &&
            ` · ${t('fire.nearestAway', { distance: format.number(distanceM / 1000, 1), azimuth: format.number(azimuthDeg) })}`}
          {travelMinutes !== undefined && ` · ${t('fire.travel', { minutes: travelMinutes })}`}
          {owner !== undefined && ` · ${t('fire.owner', { owner })}`}
        </li>
      ))}
    </ul>
  );
}

/** As Vietnamese maps print a meridian, `105°45′`. */
const degreesAndMinutes = (degrees: number): string => {
  const minutes = Math.round(60 * degrees);
  return `${String(Math.floor(minutes / 60))}°${String(minutes % 60).padStart(2, '0')}′`;
};

/** What a ranger says of a fire, and the verdict it is on each of its cases. */
const CLASSES: readonly { readonly text: MessageKey; readonly verdict: VerdictRequest }[] = [
  { text: 'fire.confirm', verdict: { verdict: 'confirmed' } },
  { text: 'fire.controlled', verdict: { verdict: 'exempt', reason: 'permit' } },
  { text: 'fire.notFire', verdict: { verdict: 'rejected', reason: 'wrong_object' } },
];

function Actions({ incident, onChange }: { readonly incident: IncidentView; readonly onChange: () => void }) {
  const { t } = useI18n();
  const { role } = useSession();
  const errorText = useErrorText();
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const open = incident.alerts.map((alert) => alert.case).filter(isOpen);
  if (!canDecide(role) || open.length === 0) return null;
  const act = async (verdict: VerdictRequest | null): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await api.acknowledge(incident.id);
      for (const { id } of open) {
        await api.claim(id);
        if (verdict) await api.decide(id, verdict);
      }
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
      onChange();
    }
  };
  return (
    <footer>
      <button type="button" className="button small primary" disabled={busy} onClick={() => void act(null)}>
        {t('fire.acknowledge')}
      </button>
      {CLASSES.map(({ text, verdict }) => (
        <button key={text} type="button" className="button small" disabled={busy} onClick={() => void act(verdict)}>
          {t(text)}
        </button>
      ))}
      {failure !== null && <span role="alert">{errorText(failure)}</span>}
    </footer>
  );
}

type Translate = ReturnType<typeof useI18n>['t'];

const wherePlain = (
  { position }: IncidentView,
  t: Translate,
  number: (value: number, digits?: number) => string,
): string => {
  if (position.kind === 'fix') {
    const { place, ellipse } = position;
    const at = `${place.latitude.toFixed(4)}, ${place.longitude.toFixed(4)}`;
    return t('fire.place', { at, error: number(ellipse.semiMajorM) });
  }
  if (position.kind === 'range') {
    const { place, rangeM, nearM, farM } = position;
    const at = `${place.latitude.toFixed(4)}, ${place.longitude.toFixed(4)}`;
    const km = (metres: number): string => number(metres / 1000, 1);
    return farM === null
      ? t('fire.rangeOpen', { at, range: km(rangeM), near: km(nearM) })
      : t('fire.range', { at, range: km(rangeM), near: km(nearM), far: km(farM) });
  }
  if (position.kind === 'unknown') return t('fire.unknownPlace');
  const { azimuthDeg, sigmaDeg } = position.sight;
  return t('fire.bearing', { azimuth: number(azimuthDeg, 1), error: number(2 * sigmaDeg, 1) });
};
