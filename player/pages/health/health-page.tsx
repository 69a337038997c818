import type { Camera } from '../../../api/contract/cameras.ts';
import type { DiskReadiness, SealReadiness } from '../../../api/contract/health.ts';
import { AlertChannels } from './alert-channels.tsx';
import { Retention } from './retention.tsx';
import { api } from '../../api-client.ts';
import { StateBadge, useCause, withLiveState } from '../../components/camera-state.tsx';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Failure, Loading, Notice, Stale } from '../../components/states.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useCameraStates, useContact } from '../../live/use-live.ts';
import { cameraPath } from '../../router.ts';
import { useResource } from '../../use-resource.ts';

const REFRESH_MS = 10_000;

/** On the server; `watchpost doctor` says of each part what is missing and the command that mends it. */
const MEND = {
  'health.mendDatabase': 'bin/watchpost doctor',
  'health.mendStore': 'bin/watchpost doctor',
  'health.mendRedis': 'systemctl restart redis-server',
} as const;

/** Which camera sees, which does not and why, and what the server itself says. */
export function HealthPage() {
  const { t } = useI18n();
  const states = useCameraStates();
  const { data, error, loadedAt, reload } = useResource(api.cameras, REFRESH_MS);
  if (!data) return error ? <Failure error={error} onRetry={reload} /> : <Loading />;
  const cameras = data.map((camera) => withLiveState(camera, states.get(camera.id)));
  return (
    <div className="page">
      <PageHeader title={t('health.title')} />
      {error !== null && <Stale at={loadedAt} onRetry={reload} />}
      <Server />
      <h2>{t('health.cameras')}</h2>
      {cameras.length === 0 ? (
        <Notice icon="camera" title={t('wall.empty')} hint={t('wall.emptyHint')} />
      ) : (
        <CameraTable cameras={cameras} />
      )}
      <AlertChannels />
      <Retention />
    </div>
  );
}

function Server() {
  const { t, format } = useI18n();
  const contact = useContact();
  const { data } = useResource(api.health, REFRESH_MS);
  const parts = [
    ['health.database', data?.parts['database'], 'health.mendDatabase'],
    ['health.store', data?.parts['store'], 'health.mendStore'],
    ['health.redis', data?.parts['redis'], 'health.mendRedis'],
  ] as const;
  return (
    <section className="parts" aria-label={t('health.server')}>
      {parts.map(([text, works, mend]) => (
        <div key={text} className="card part" data-tone={works === undefined ? 'none' : works ? 'good' : 'bad'}>
          <span>{t(text)}</span>
          <strong>
            <span className="dot" aria-hidden="true" />
            {works === undefined ? '–' : t(works ? 'health.ready' : 'health.down')}
          </strong>
          {works === false && (
            <span className="sub">
              {t(mend)} <code>{MEND[mend]}</code>
            </span>
          )}
        </div>
      ))}
      {data?.disk && <Disk disk={data.disk} />}
      {data?.seal?.bucket && <Bucket bucket={data.seal.bucket} />}
      {data?.seal?.signing && <Trouble name={t('health.signing')} reason={data.seal.signing.reason} />}
      {data?.seal?.timeStamps && <TimeStamps stamps={data.seal.timeStamps} />}
      <div
        className="card part"
        data-tone={contact.state === 'connected' ? 'good' : contact.state === 'lost' ? 'bad' : 'none'}
      >
        <span>{t('health.live')}</span>
        <strong>
          <span className="dot" aria-hidden="true" />
          {contact.state === 'lost'
            ? t('shell.lost', { time: format.time(contact.since) })
            : t(contact.state === 'connected' ? 'shell.connected' : 'shell.connecting')}
        </strong>
      </div>
    </section>
  );
}

/** How full the disk is, what already suffers from it, how far recordings will reach back, and what to do. */
function Disk({ disk }: { readonly disk: DiskReadiness }) {
  const { t, format } = useI18n();
  const { stage, freeBytes, bytes, reachHours, keepHours } = disk;
  const isShort = reachHours !== null && reachHours < keepHours * 0.98;
  return (
    <div
      className="card part"
      data-disk={stage}
      data-tone={stage === 'paused' ? 'bad' : stage === 'shortened' || isShort ? 'warn' : 'good'}
      role={stage === 'paused' ? 'alert' : undefined}
    >
      <span>{t('health.disk')}</span>
      <strong>
        <span className="dot" aria-hidden="true" />
        {t('health.diskFree', {
          share: `${format.number((freeBytes / bytes) * 100, 1)} %`,
          size: format.bytes(freeBytes),
        })}
      </strong>
      {stage !== 'roomy' && <span className="sub">{t(`health.disk.${stage}`)}</span>}
      {reachHours !== null && stage !== 'paused' && (
        <span className="sub">
          {t('health.diskReach', { reach: format.number(Math.round(reachHours)), keep: format.number(keepHours) })}
        </span>
      )}
    </div>
  );
}

function Bucket({ bucket }: { readonly bucket: NonNullable<SealReadiness['bucket']> }) {
  const { t, format } = useI18n();
  const { versioning, objectLock, lockDays } = bucket;
  const isLocked = objectLock && lockDays !== null;
  return (
    <div className="card part" data-tone={lockDays !== null && !objectLock ? 'bad' : isLocked ? 'good' : 'none'}>
      <span>{t('health.bucket')}</span>
      <strong>
        <span className="dot" aria-hidden="true" />
        {isLocked
          ? t('health.bucketLocked', { days: format.number(lockDays) })
          : t(versioning ? 'health.bucketVersioned' : 'health.bucketPlain')}
      </strong>
    </div>
  );
}

/** Only while it lasts: what works needs no card of its own. */
function Trouble({ name, reason }: { readonly name: string; readonly reason: string }) {
  const { t } = useI18n();
  return (
    <div className="card part" data-tone="bad">
      <span>{name}</span>
      <strong>
        <span className="dot" aria-hidden="true" />
        {t('health.down')}
      </strong>
      <span className="sub">{reason}</span>
    </div>
  );
}

function TimeStamps({ stamps }: { readonly stamps: NonNullable<SealReadiness['timeStamps']> }) {
  const { t, format } = useI18n();
  const { waiting, failure } = stamps;
  return (
    <div className="card part" data-tone={failure ? 'bad' : 'good'}>
      <span>{t('health.stamps')}</span>
      <strong>
        <span className="dot" aria-hidden="true" />
        {waiting > 0 ? t('health.stampsWaiting', { count: format.number(waiting) }) : t('health.ready')}
      </strong>
      {failure && <span className="sub">{failure.reason}</span>}
    </div>
  );
}

function CameraTable({ cameras }: { readonly cameras: readonly Camera[] }) {
  const causeOf = useCause();
  const { t, name, format } = useI18n();
  return (
    <TableScroll label={t('health.cameras')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('health.camera')}</th>
            <th scope="col">{t('health.state')}</th>
            <th scope="col">{t('health.since')}</th>
            <th scope="col" className="number">
              {t('camera.received')}
            </th>
            <th scope="col" className="number">
              {t('camera.analysed')}
            </th>
            <th scope="col" className="number">
              {t('camera.dropped')}
            </th>
            <th scope="col" className="number" title={t('health.balance')}>
              {t('health.waiting')}
            </th>
          </tr>
        </thead>
        <tbody>
          {cameras.map((camera) => {
            const { received, analysed, dropped } = camera.frames;
            const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
            const reasons = Object.entries(dropped).filter(([, count]) => count > 0);
            return (
              <tr key={camera.id}>
                <th scope="row">
                  <Link className="text-link" to={cameraPath(camera.id)}>
                    {camera.name || camera.id}
                  </Link>
                  <span className="sub">{camera.place}</span>
                </th>
                <td>
                  <StateBadge state={camera.state} />
                  {causeOf(camera) !== null && <span className="sub">{causeOf(camera)}</span>}
                </td>
                <td className="nowrap">{format.dateTime(camera.since)}</td>
                <td className="number">{format.number(received)}</td>
                <td className="number">{format.number(analysed)}</td>
                <td className="number">
                  {format.number(lost)}
                  {reasons.length > 0 && (
                    <span className="sub">
                      {reasons.map(([reason, count]) => `${name('drop', reason)} ${format.number(count)}`).join(', ')}
                    </span>
                  )}
                </td>
                <td className="number">{format.number(received - analysed - lost)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroll>
  );
}
