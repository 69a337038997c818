import type { DriftRow } from '../../../api/contract/quality.ts';
import { api } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { Failure, Loading } from '../../components/states.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useResource } from '../../use-resource.ts';
import { RuleCell } from './rule-cell.tsx';

const HEIGHT = 30;
const STEP = 10;
type Week = DriftRow['weeks'][number];

const shareOf = ({ rejected, decided }: Week): number | null => (decided === 0 ? null : rejected / decided);

/** The last twelve weeks of every rule: what people rejected, and how sure the detector was. Changed ones come first. */
export function DriftCard() {
  const { t, format } = useI18n();
  const { data, error, reload } = useResource(api.drift);
  if (!data) return error ? <Failure error={error} onRetry={reload} /> : <Loading />;
  if (data.rows.length === 0) return null;
  const rows = data.rows.toSorted((a, b) => b.changes.length - a.changes.length);
  return (
    <section className="quality-section" aria-labelledby="drift">
      <h2 id="drift">{t('drift.title')}</h2>
      <p className="hint">{t('drift.lead')}</p>
      <TableScroll label={t('drift.title')}>
        <table className="quality-table drift-table">
          <thead>
            <tr>
              <th scope="col">{t('case.rule')}</th>
              <th scope="col">{t('drift.rejected')}</th>
              <th scope="col">{t('drift.score')}</th>
              <th scope="col">{t('drift.change')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const last = row.weeks.at(-1);
              const share = last ? shareOf(last) : null;
              return (
                <tr key={`${row.cameraId} ${row.ruleId} ${row.kind}`}>
                  <RuleCell row={row} />
                  <td>
                    <Weeks weeks={row.weeks} valueOf={shareOf} bandOf={() => null} />
                    <span className="sub">
                      {share === null || !last
                        ? t('drift.noCases')
                        : t('drift.lastWeek', { share: format.number(share * 100, 0), count: last.decided })}
                    </span>
                  </td>
                  <td>
                    <Weeks
                      weeks={row.weeks}
                      valueOf={({ meanScore }) => meanScore}
                      bandOf={({ scoreHalfWidth }) => scoreHalfWidth}
                    />
                    <span className="sub">
                      {last?.meanScore == null
                        ? t('drift.noCases')
                        : last.scoreHalfWidth === null
                          ? format.number(last.meanScore, 2)
                          : `${format.number(last.meanScore, 2)} ± ${format.number(last.scoreHalfWidth, 2)}`}
                    </span>
                  </td>
                  <td>
                    {row.changes.length === 0 ? (
                      <span className="muted">{t('drift.none')}</span>
                    ) : (
                      row.changes.map((change) => (
                        <span
                          key={change}
                          className="chip"
                          data-tone={change === 'more-rejected' || change === 'lower-score' ? 'bad' : 'accent'}
                        >
                          <Icon name="warning" size={14} />
                          {t(`drift.changed.${change}`)}
                        </span>
                      ))
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </TableScroll>
      <p className="hint">{t('drift.note')}</p>
    </section>
  );
}

/** One mark a week, 0 to 1 from bottom to top, with its interval where there is one. */
function Weeks(props: {
  readonly weeks: readonly Week[];
  readonly valueOf: (week: Week) => number | null;
  readonly bandOf: (week: Week) => number | null;
}) {
  const { t, format } = useI18n();
  const { weeks, valueOf, bandOf } = props;
  const spoken = weeks
    .map((week) => ({ week, value: valueOf(week) }))
    .filter(({ value }) => value !== null)
    .map(({ week, value }) => t('drift.week', { date: format.date(week.from), value: format.number(value!, 2) }))
    .join('; ');
  const y = (value: number): number => HEIGHT - 1 - Math.min(1, Math.max(0, value)) * (HEIGHT - 2);
  return (
    <svg
      className="weeks"
      viewBox={`0 0 ${weeks.length * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={spoken || t('drift.noCases')}
    >
      <title>{spoken}</title>
      <rect className="scale" width={weeks.length * STEP} height={HEIGHT} />
      {weeks.map((week, index) => {
        const value = valueOf(week);
        const band = bandOf(week);
        if (value === null) return null;
        const x = index * STEP;
        return (
          <g key={week.from}>
            {band !== null && (
              <rect
                className="interval"
                x={x + 3}
                width={STEP - 6}
                y={y(value + band)}
                height={Math.max(1, y(value - band) - y(value + band))}
              />
            )}
            <rect className="point" x={x + 1} width={STEP - 2} y={y(value) - 1} height="2" />
          </g>
        );
      })}
    </svg>
  );
}
