import { useCallback, useEffect, useState } from 'react';
import type { AuditRow, AuditVerdict } from '../../../api/contract/audit.ts';
import { api } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Failure, Loading, Notice, useErrorText } from '../../components/states.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { casePath, useSearch } from '../../router.ts';
import { useSession } from '../../session.ts';
import { useResource } from '../../use-resource.ts';
import { AuditFilters, toAuditFilters } from './audit-filters.tsx';

const PAGE_SIZE = 100;

/** Who did what, newest first, and whether the chain of rows is whole. */
export function AuditPage() {
  const { t, format } = useI18n();
  const errorText = useErrorText();
  const search = useSearch();
  const { timeZone } = useSession().site;
  const [beforeSeq, setBeforeSeq] = useState<number | undefined>();
  useEffect(() => setBeforeSeq(undefined), [search]);
  const [verdict, setVerdict] = useState<AuditVerdict | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const load = useCallback(
    (signal: AbortSignal) => api.audit({ ...toAuditFilters(search, timeZone), beforeSeq, limit: PAGE_SIZE }, signal),
    [search, timeZone, beforeSeq],
  );
  const { data, error, reload } = useResource(load);
  const last = data?.rows.at(-1);

  const verify = (): void => {
    api.verifyAudit().then(setVerdict, (problem: unknown) => setFailure(errorText(problem)));
  };

  if (!data && error) return <Failure error={error} onRetry={reload} />;
  return (
    <div className="page">
      <PageHeader title={t('audit.title')}>
        <span className="muted">{t('audit.lead')}</span>
        <span className="spacer" />
        <button type="button" className="button" onClick={verify}>
          <Icon name="shield" size={17} />
          {t('audit.verify')}
        </button>
      </PageHeader>
      <div aria-live="polite">
        {failure !== null && <div className="error-box">{failure}</div>}
        {verdict?.intact === true && (
          <div className="good-box">
            <Icon name="check" size={18} />
            {t('audit.intact', { count: verdict.rows })}
          </div>
        )}
        {verdict?.intact === false && (
          <div className="error-box">
            <Icon name="warning" size={18} />
            {t('audit.broken', { seq: verdict.brokenAt ?? 0, problem: verdict.problem ?? '' })}
          </div>
        )}
      </div>
      <AuditFilters search={search} />
      {!data ? (
        <Loading />
      ) : data.rows.length === 0 ? (
        <Notice icon="empty" title={t('audit.empty')} hint={t('audit.emptyHint')} />
      ) : (
        <TableScroll label={t('audit.title')}>
          <table className="audit-table">
            <thead>
              <tr>
                <th scope="col" className="number">
                  {t('audit.seq')}
                </th>
                <th scope="col">{t('audit.time')}</th>
                <th scope="col">{t('audit.actor')}</th>
                <th scope="col">{t('audit.action')}</th>
                <th scope="col">{t('audit.target')}</th>
                <th scope="col">{t('audit.hash')}</th>
              </tr>
            </thead>
            <tbody>
              {data.rows.map((row) => (
                <Row key={row.seq} row={row} time={format.dateTime(row.at)} />
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      {last && data?.rows.length === PAGE_SIZE && (
        <div className="center">
          <button type="button" className="button" onClick={() => setBeforeSeq(last.seq)}>
            {t('audit.older')}
          </button>
        </div>
      )}
    </div>
  );
}

const isOfCase = ({ action }: AuditRow): boolean => action.startsWith('case.') || action.startsWith('evidence.');

function Row({ row, time }: { readonly row: AuditRow; readonly time: string }) {
  const { name } = useI18n();
  return (
    <tr>
      <td className="number">{row.seq}</td>
      <td className="nowrap">{time}</td>
      <td className="nowrap">{row.actor}</td>
      <td className="nowrap">{name('action', row.action)}</td>
      <td>
        {row.target !== null && isOfCase(row) ? (
          <Link className="text-link break" to={casePath(row.target)}>
            {row.target}
          </Link>
        ) : (
          <span className="break">{row.target ?? '–'}</span>
        )}
        {row.detail && <span className="sub break">{row.detail}</span>}
      </td>
      <td>
        <code title={row.hash}>{row.hash.slice(0, 12)}…</code>
      </td>
    </tr>
  );
}
