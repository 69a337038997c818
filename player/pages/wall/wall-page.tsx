import { useEffect, useRef, useState } from 'react';
import { api } from '../../api-client.ts';
import { withLiveState } from '../../components/camera-state.tsx';
import { Icon } from '../../components/icons.tsx';
import { OverlayToggles } from '../../components/overlay-toggles.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Failure, Loading, Notice, Stale } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useCameraStates } from '../../live/use-live.ts';
import { setPreferences, usePreferences } from '../../preferences.ts';
import { canAdminister, useSession } from '../../session.ts';
import { useResource } from '../../use-resource.ts';
import { FirstRun } from './first-run.tsx';
import { arrange, moved } from './layout.ts';
import { Layouts } from './layouts.tsx';
import { Tile } from './tile.tsx';
import { useAlerts } from './use-attention.ts';

const LAYOUTS = [1, 4, 9, 16] as const;
const ROTATIONS_S = [0, 10, 20, 60] as const;

/** The list itself changes rarely; states come live. */
const REFRESH_MS = 15_000;

/** All cameras of the unit, live. */
export function WallPage() {
  const { t } = useI18n();
  const { tiles, showTracks, showZones, order, rotateSeconds } = usePreferences();
  const { role } = useSession();
  const root = useRef<HTMLDivElement>(null);
  const [kiosk, setKiosk] = useState(false);
  const states = useCameraStates();
  const { data, error, loadedAt, reload } = useResource(api.cameras, REFRESH_MS);
  const [wantedPage, setPage] = useState(0);

  useEffect(() => {
    const onChange = (): void => setKiosk(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', onChange);
    return () => document.removeEventListener('fullscreenchange', onChange);
  }, []);
  const pageCount = Math.max(1, Math.ceil((data?.length ?? 0) / tiles));
  const alerts = useAlerts();
  const newestAlert = alerts.at(-1);
  const newestAt =
    newestAlert === undefined || !data ? -1 : arrange(data, order).findIndex((one) => one.id === newestAlert);
  useEffect(() => {
    // Nobody turns the pages of a kiosk: a new case brings its own into view, and the turns begin anew from there.
    if (kiosk && newestAt >= 0) setPage(Math.floor(newestAt / tiles));
  }, [kiosk, newestAt, tiles]);
  useEffect(() => {
    if (!kiosk || rotateSeconds === 0 || pageCount < 2) return;
    const timer = setInterval(() => setPage((old) => (old + 1) % pageCount), rotateSeconds * 1_000);
    return () => clearInterval(timer);
  }, [kiosk, rotateSeconds, pageCount, newestAt]);

  if (!data) return error ? <Failure error={error} onRetry={reload} /> : <Loading />;

  const cameras = arrange(data, order).map((camera) => withLiveState(camera, states.get(camera.id)));
  const ids = cameras.map(({ id }) => id);
  const put = (id: string, onto: string | undefined): void => {
    if (onto !== undefined && onto !== id) setPreferences({ order: moved(ids, id, onto) });
  };
  const watching = cameras.filter((camera) => camera.state === 'watching' || camera.state === 'degraded').length;
  const blind = cameras.filter((camera) => camera.state === 'blind').length;
  const pages = pageCount;
  const page = Math.min(wantedPage, pages - 1);
  const shown = cameras.slice(page * tiles, (page + 1) * tiles);
  const elsewhere = alerts.filter((id) => !shown.some((one) => one.id === id) && ids.includes(id));
  const firstElsewhere = elsewhere[0];

  return (
    <div className="page wall-page" data-kiosk={kiosk || undefined} ref={root}>
      <PageHeader title={t('wall.title')}>
        <span className="muted">{t('wall.summary', { watching, total: cameras.length })}</span>
        {blind > 0 && (
          <span className="chip" data-tone="bad">
            <Icon name="blind" size={14} />
            {t('wall.blind', { count: blind })}
          </span>
        )}
        {firstElsewhere !== undefined && (
          <button
            type="button"
            className="chip alert-elsewhere"
            data-tone="bad"
            onClick={() => setPage(Math.floor(ids.indexOf(firstElsewhere) / tiles))}
          >
            <Icon name="warning" size={14} />
            {t('wall.alertElsewhere', {
              camera: cameras.find(({ id }) => id === firstElsewhere)?.name || firstElsewhere,
            })}
            {elsewhere.length > 1 && ` +${elsewhere.length - 1}`}
          </button>
        )}
        <span className="spacer" />
        <OverlayToggles />
        <div className="segments" role="group" aria-label={t('wall.layout')}>
          {LAYOUTS.map((count) => (
            <button
              key={count}
              type="button"
              aria-pressed={count === tiles}
              aria-label={t('wall.tiles', { count })}
              onClick={() => {
                setPreferences({ tiles: count });
                setPage(0);
              }}
            >
              {count}
            </button>
          ))}
        </div>
        {cameras.length > 0 && <Layouts order={ids} />}
        {kiosk ? (
          <select
            aria-label={t('wall.rotate')}
            value={rotateSeconds}
            onChange={(event) => setPreferences({ rotateSeconds: Number(event.target.value) })}
          >
            {ROTATIONS_S.map((seconds) => (
              <option key={seconds} value={seconds}>
                {seconds === 0 ? t('wall.rotateNever') : t('wall.rotateEvery', { seconds })}
              </option>
            ))}
          </select>
        ) : (
          <button
            type="button"
            className="button icon-only"
            aria-label={t('wall.kiosk')}
            title={t('wall.kiosk')}
            onClick={() => void root.current?.requestFullscreen().catch(() => undefined)}
          >
            <Icon name="kiosk" size={18} />
          </button>
        )}
        {pages > 1 && (
          <div className="pager">
            <button
              type="button"
              className="button icon-only"
              aria-label={t('wall.previous')}
              disabled={page === 0}
              onClick={() => setPage(page - 1)}
            >
              <Icon name="left" />
            </button>
            <span aria-live="polite">{t('wall.page', { page: page + 1, pages })}</span>
            <button
              type="button"
              className="button icon-only"
              aria-label={t('wall.next')}
              disabled={page === pages - 1}
              onClick={() => setPage(page + 1)}
            >
              <Icon name="right" />
            </button>
          </div>
        )}
      </PageHeader>
      {error !== null && <Stale at={loadedAt} onRetry={reload} />}
      {cameras.length === 0 && canAdminister(role) && <FirstRun />}
      {cameras.length === 0 && !canAdminister(role) && (
        <Notice icon="camera" title={t('wall.empty')} hint={t('wall.emptyHint')} />
      )}
      {cameras.length > 0 && (
        <div className="wall" data-tiles={tiles}>
          {shown.map((camera) => (
            <Tile
              key={camera.id}
              camera={camera}
              showTracks={showTracks}
              showZones={showZones}
              isAlerting={alerts.includes(camera.id)}
              onDrop={(id) => put(id, camera.id)}
              onMove={(by) => put(camera.id, ids[ids.indexOf(camera.id) + by])}
            />
          ))}
        </div>
      )}
    </div>
  );
}
