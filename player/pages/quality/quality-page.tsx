import { useCallback, useState } from 'react';
import type { QualityRow } from '../../../api/contract/quality.ts';
import { wilson } from '../../../pipeline/evaluation/wilson.ts';
import { api, serverNow } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Failure, Loading, Notice, Stale } from '../../components/states.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { saveCsv } from '../../csv.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useResource } from '../../use-resource.ts';
import { AgreementCard } from './agreement-card.tsx';
import { DriftCard } from './drift-card.tsx';
import { ThresholdsCard } from './thresholds-card.tsx';

const DAY_MS = 86_400_000;
const SPANS_DAYS = [7, 30, 90] as const;
/** Below so many verdicts the interval is too wide to judge a rule by. */
const ENOUGH = 20;

type Judged = QualityRow & { readonly right: number; readonly decided: number };

const judge = (row: QualityRow): Judged => {
  const right = row.confirmed + row.exempt;
  return { ...row, right, decided: right + row.rejected };
};

/** How often people agreed with the machine, by camera and rule; the doubtful ones first. */
export function QualityPage() {
  const { t, name, format } = useI18n();
  const [days, setDays] = useState<number>(30);
  const load = useCallback(
    (signal: AbortSignal) => api.quality({ after: serverNow() - days * DAY_MS }, signal),
    [days],
  );
  const { data, error, loadedAt, reload } = useResource(load);
  const rows = (data?.rows ?? [])
    .map(judge)
    .sort((a, b) => (wilson(a.right, a.decided)?.low ?? 1) - (wilson(b.right, b.decided)?.low ?? 1));
  const toCsv = (): void =>
    saveCsv(
      'watchpost-quality.csv',
      ['camera', 'rule', 'kind', 'confirmed', 'exempt', 'rejected', 'unsure', 'precision', 'low_95', 'high_95'],
      rows.map((row) => {
        const found = wilson(row.right, row.decided);
        return [
          ...[row.cameraId, row.ruleId, row.kind, row.confirmed, row.exempt, row.rejected, row.unsure],
          ...(found ? [found.share, found.low, found.high] : [null, null, null]),
        ];
      }),
    );
  return (
    <div className="page">
      <PageHeader title={t('quality.title')}>
        <span className="muted">{t('quality.lead')}</span>
        <span className="spacer" />
        <div className="segments" role="group" aria-label={t('statistics.span')}>
          {SPANS_DAYS.map((count) => (
            <button key={count} type="button" aria-pressed={count === days} onClick={() => setDays(count)}>
              {t('quality.days', { count })}
            </button>
          ))}
        </div>
        <button type="button" className="button" disabled={rows.length === 0} onClick={toCsv}>
          <Icon name="download" size={16} />
          {t('statistics.csv')}
        </button>
      </PageHeader>
      <AgreementCard days={days} />
      {data && error !== null && <Stale at={loadedAt} onRetry={reload} />}
      {!data ? (
        error ? (
          <Failure error={error} onRetry={reload} />
        ) : (
          <Loading />
        )
      ) : rows.length === 0 ? (
        <Notice icon="quality" title={t('quality.empty')} hint={t('quality.emptyHint')} />
      ) : (
        <>
          <TableScroll label={t('quality.title')}>
            <table className="quality-table">
              <thead>
                <tr>
                  <th scope="col">{t('case.camera')}</th>
                  <th scope="col">{t('case.rule')}</th>
                  <th scope="col" className="number">
                    {t('quality.decided')}
                  </th>
                  <th scope="col">{t('quality.precision')}</th>
                  <th scope="col">{t('quality.reasons')}</th>
                  <th scope="col" className="number">
                    {t('caseState.unsure')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={`${row.cameraId} ${row.ruleId} ${row.kind}`}>
                    <th scope="row">{row.cameraName}</th>
                    <td>
                      {name('kind', row.kind)}
                      <span className="sub">{row.ruleId}</span>
                    </td>
                    <td className="number">{format.number(row.decided)}</td>
                    <td>
                      <Precision row={row} />
                    </td>
                    <td>
                      {Object.entries(row.reasons)
                        .sort((a, b) => b[1] - a[1])
                        .map(([reason, count]) => `${name('reason', reason)} ${format.number(count)}`)
                        .join(', ') || '–'}
                    </td>
                    <td className="number">{format.number(row.unsure)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableScroll>
          <p className="hint">{t('quality.note')}</p>
          <ThresholdsCard days={days} />
          <DriftCard />
        </>
      )}
    </div>
  );
}

function Precision({ row }: { readonly row: Judged }) {
  const { t, format } = useI18n();
  const found = wilson(row.right, row.decided);
  if (!found) return <>–</>;
  const percent = (share: number): string => format.number(share * 100, 0);
  return (
    <div className="precision">
      <span className="precision-text">
        <strong>{percent(found.share)} %</strong>{' '}
        <span className="muted">{t('quality.interval', { low: percent(found.low), high: percent(found.high) })}</span>
      </span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect className="scale" width="100" height="10" rx="2" />
        <rect
          className="interval"
          x={found.low * 100}
          width={Math.max(1, (found.high - found.low) * 100)}
          height="10"
        />
        <rect className="point" x={Math.min(99, found.share * 100)} width="1" height="10" />
      </svg>
      {row.decided < ENOUGH && <span className="sub">{t('quality.few')}</span>}
    </div>
  );
}
