import { api, serverNow, toQuery } from '../../api-client.ts';
import { DateField } from '../../components/date-field.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { navigate, useSearch } from '../../router.ts';
import { canSeeCases, useSession } from '../../session.ts';
import { nextDay, toDay, toInstant } from '../../site-time.ts';
import { useResource } from '../../use-resource.ts';
import type { Asked } from './asked.ts';
import { CasesSection } from './cases-section.tsx';
import { CoverageSection } from './coverage-section.tsx';
import { CrowdSection } from './crowd-section.tsx';
import { FlowSection } from './flow-section.tsx';
import { SpeedSection } from './speed-section.tsx';

const DAY_MS = 86_400_000;
/** More days would be more bars than a screen has room for. */
const LONGEST_DAYS = 31;

/** Flow, violations and coverage of some days; the choice is in the address, so that it can be sent on. */
export function StatisticsPage() {
  const { t } = useI18n();
  const { role, site } = useSession();
  const query = new URLSearchParams(useSearch());
  const cameras = useResource(api.cameras);
  const today = toDay(serverNow(), site.timeZone);
  const until = query.get('until') ?? today;
  const wantedFrom = query.get('from') ?? until;
  const earliest = toDay(Date.parse(`${until}T12:00Z`) - (LONGEST_DAYS - 1) * DAY_MS, 'UTC');
  const from = wantedFrom > until ? until : wantedFrom < earliest ? earliest : wantedFrom;
  const cameraId = query.get('cameraId') ?? undefined;

  const set = (change: Readonly<Record<string, string>>): void =>
    navigate(`/statistics${toQuery({ ...Object.fromEntries(query), ...change })}`, { replace: true });
  const daysAgo = (count: number): string => toDay(serverNow() - count * DAY_MS, site.timeZone);
  const spans = [
    ['statistics.today', today, today],
    ['statistics.yesterday', daysAgo(1), daysAgo(1)],
    ['statistics.week', daysAgo(6), today],
  ] as const;

  const asked: Asked = {
    after: toInstant(from, site.timeZone) ?? 0,
    before: toInstant(nextDay(until), site.timeZone) ?? 0,
    cameraId,
    days: from === until ? from : `${from}_${until}`,
    cameras: cameras.data ?? [],
  };
  return (
    <div className="page">
      <PageHeader title={t('statistics.title')} />
      <form className="filters" aria-label={t('cases.filters')} onSubmit={(event) => event.preventDefault()}>
        <div className="segments" role="group" aria-label={t('statistics.span')}>
          {spans.map(([text, first, last]) => (
            <button
              key={text}
              type="button"
              aria-pressed={from === first && until === last}
              onClick={() => set({ from: first, until: last })}
            >
              {t(text)}
            </button>
          ))}
        </div>
        <DateField label={t('cases.from')} required value={from} max={until} onChange={(day) => set({ from: day })} />
        <DateField
          label={t('cases.until')}
          required
          value={until}
          max={today}
          onChange={(day) => set({ until: day })}
        />
        <label>
          <span>{t('case.camera')}</span>
          <select value={cameraId ?? ''} onChange={(event) => set({ cameraId: event.target.value })}>
            <option value="">{t('cases.allCameras')}</option>
            {cameras.data?.map((camera) => (
              <option key={camera.id} value={camera.id}>
                {camera.name || camera.id}
              </option>
            ))}
          </select>
        </label>
      </form>
      <FlowSection asked={asked} />
      <SpeedSection asked={asked} />
      <CrowdSection asked={asked} />
      {canSeeCases(role) && <CasesSection asked={asked} />}
      <CoverageSection asked={asked} />
    </div>
  );
}
