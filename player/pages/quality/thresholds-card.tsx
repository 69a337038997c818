import { useCallback } from 'react';
import type { ThresholdRow } from '../../../api/contract/quality.ts';
import { api, serverNow } from '../../api-client.ts';
import { Failure, Loading } from '../../components/states.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useResource } from '../../use-resource.ts';
import { RuleCell } from './rule-cell.tsx';

const DAY_MS = 86_400_000;

/**
 * Whether a rule's numbers tell right cases from rejected ones, and the stricter threshold that follows. Proposals come
 * first; where there is none, the reason stands.
 */
export function ThresholdsCard({ days }: { readonly days: number }) {
  const { t, name, format } = useI18n();
  const load = useCallback(
    (signal: AbortSignal) => api.thresholds({ after: serverNow() - days * DAY_MS }, signal),
    [days],
  );
  const { data, error, reload } = useResource(load);
  if (!data) return error ? <Failure error={error} onRetry={reload} /> : <Loading />;
  if (data.rows.length === 0) return null;
  const rows = data.rows.toSorted(
    (a, b) => Number(a.proposal === null) - Number(b.proposal === null) || b.decided - a.decided,
  );
  const percent = (share: number): string => format.number(share * 100, 0);
  const value = (count: number, { unit }: ThresholdRow): string =>
    `${format.number(count, 2)}${unit === '' || unit === '°' ? '' : ' '}${unit === '' ? '' : name('unit', unit)}`;
  return (
    <section className="quality-section" aria-labelledby="thresholds">
      <h2 id="thresholds">{t('thresholds.title')}</h2>
      <p className="hint">{t('thresholds.lead')}</p>
      <TableScroll label={t('thresholds.title')}>
        <table className="quality-table threshold-table">
          <thead>
            <tr>
              <th scope="col">{t('case.rule')}</th>
              <th scope="col">{t('thresholds.measure')}</th>
              <th scope="col">{t('thresholds.reliability')}</th>
              <th scope="col" className="number">
                {t('thresholds.now')}
              </th>
              <th scope="col">{t('thresholds.proposal')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.cameraId} ${row.ruleId} ${row.kind} ${row.measure}`} data-measure={row.measure}>
                <RuleCell row={row} />
                <td>
                  {name('measure', row.measure)}
                  {row.measure === 'score' && <span className="sub">{t('thresholds.scoreHint')}</span>}
                </td>
                <td>
                  <Reliability row={row} value={(count) => value(count, row)} />
                </td>
                <td className="number">{row.current === null ? '–' : value(row.current, row)}</td>
                <td className="proposal">
                  {row.proposal ? (
                    <>
                      <strong>
                        {row.side === 'above' ? '≥' : '≤'} {value(row.proposal.threshold, row)}
                      </strong>{' '}
                      <span className="muted">
                        {t('thresholds.precision', {
                          share: percent(row.proposal.precision),
                          low: percent(row.proposal.interval[0]),
                          high: percent(row.proposal.interval[1]),
                          now: percent(row.right / row.decided),
                        })}
                      </span>
                      <span className="sub">
                        {t('thresholds.kept', {
                          right: percent(row.proposal.keptRight),
                          wrong: percent(row.proposal.keptWrong),
                          count: row.decided,
                        })}
                      </span>
                    </>
                  ) : (
                    <span className="muted">
                      {row.refusal !== null &&
                        t(`thresholds.refusal.${row.refusal}`, {
                          count: row.decided,
                          right: row.right,
                          rejected: row.decided - row.right,
                        })}
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      <p className="hint">{t('thresholds.note')}</p>
    </section>
  );
}

/** Share of right cases in five parts of equal size, from small to large numbers. */
function Reliability({ row, value }: { readonly row: ThresholdRow; readonly value: (count: number) => string }) {
  const { t, format } = useI18n();
  const { bins } = row;
  const [first, last] = [bins[0], bins.at(-1)];
  if (!first || !last) return <>–</>;
  const share = ({ right, decided }: (typeof bins)[number]): number => right / decided;
  const spoken = bins
    .map((bin) =>
      t('thresholds.bin', { from: value(bin.from), to: value(bin.to), share: format.number(share(bin) * 100, 0) }),
    )
    .join('; ');
  return (
    <figure className="reliability">
      <svg viewBox="0 0 100 30" preserveAspectRatio="none" role="img" aria-label={spoken}>
        <title>{spoken}</title>
        {bins.map((bin, index) => (
          <g key={index}>
            <rect className="scale" x={index * 20 + 1} width="18" height="30" />
            <rect className="share" x={index * 20 + 1} width="18" y={30 - 30 * share(bin)} height={30 * share(bin)} />
          </g>
        ))}
      </svg>
      <figcaption>
        <span>{value(first.from)}</span>
        <span>{value(last.to)}</span>
      </figcaption>
    </figure>
  );
}
