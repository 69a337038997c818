import { useCallback, useEffect, useState } from 'react';
import type { CaseList, CaseSummary } from '../../../api/contract/cases.ts';
import { CASE_STATUSES } from '../../../pipeline/procedure.ts';
import { CASE_KINDS, CASE_STATES } from '../../case-names.ts';
import { api, ApiError, toQuery } from '../../api-client.ts';
import { CaseBadge } from '../../components/case-parts.tsx';
import { DateField } from '../../components/date-field.tsx';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { Failure, Loading, Notice, Stale } from '../../components/states.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useCaseChanges } from '../../live/use-live.ts';
import { casePath, keepCasesPath, navigate, useSearch } from '../../router.ts';
import { canDecide, canProceed, useSession } from '../../session.ts';
import { nextDay, toInstant } from '../../site-time.ts';
import { useNow } from '../../use-now.ts';
import { useResource } from '../../use-resource.ts';
import { BulkBar } from './bulk-bar.tsx';

const PAGE_SIZE = 50;
/** Stands among the statuses of the procedure: cases whose clock has run out, in whichever of them. */
const OVERDUE = 'overdue';

/** All cases, filtered by the page's own address, so that a list can be sent to a colleague. */
export function CasesPage() {
  const { t } = useI18n();
  const search = useSearch();
  const { role, site, username } = useSession();
  const { timeZone } = site;
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const cameras = useResource(api.cameras);
  const [more, setMore] = useState<{
    readonly search: string;
    readonly cases: readonly CaseSummary[];
    readonly cursor: string | null;
  }>();
  const [news, setNews] = useState(false);

  const load = useCallback(
    (signal: AbortSignal) => api.cases({ ...toFilters(search, timeZone), limit: PAGE_SIZE }, signal),
    [search, timeZone],
  );
  const { data, error, loadedAt, reload } = useResource<CaseList>(load);
  useCaseChanges(useCallback(() => setNews(true), []));
  useEffect(() => setNews(false), [loadedAt]);
  useEffect(() => keepCasesPath(search), [search]);

  const filters = new URLSearchParams(search);
  const set = (name: string, value: string): void => {
    const next = new URLSearchParams(search);
    if (value === '') next.delete(name);
    else next.set(name, value);
    navigate(`/cases${toQuery(Object.fromEntries(next))}`, { replace: true });
  };
  const extra = more?.search === search ? more : null;
  const cases = [...(data?.cases ?? []), ...(extra?.cases ?? [])];
  const cursor = extra ? extra.cursor : (data?.nextCursor ?? null);
  // Only what is still shown and open can be meant.
  const chosen = cases.filter((one) => ticked.has(one.id) && isOpen(one)).map(({ id }) => id);
  const loadMore = async (): Promise<void> => {
    const page = await api.cases({ ...toFilters(search, timeZone), limit: PAGE_SIZE, cursor: cursor ?? undefined });
    setMore({ search, cases: [...(extra?.cases ?? []), ...page.cases], cursor: page.nextCursor });
  };

  return (
    <div className="page">
      <PageHeader title={t('cases.title')}>
        {data && (
          <span className="muted">
            {t(cursor === null ? 'cases.count' : 'cases.countMore', { count: cases.length })}
          </span>
        )}
        {news && (
          <button type="button" className="button small primary" onClick={reload}>
            {t('cases.new')}
          </button>
        )}
        <span className="spacer" />
        <a className="button" href={`/api/cases.csv${toQuery(toFilters(search, timeZone))}`} download>
          <Icon name="download" size={17} />
          {t('statistics.csv')}
        </a>
      </PageHeader>
      <form className="filters" aria-label={t('cases.filters')} onSubmit={(event) => event.preventDefault()}>
        {/* What a citizen’s letter names. */}
        <SearchField
          label={t('cases.find')}
          value={filters.get('find') ?? ''}
          placeholder={t('cases.findExample')}
          onFind={(value) => set('find', value)}
        />
        <Choice
          label={t('case.state')}
          value={filters.get('state') ?? ''}
          onChange={(value) => set('state', value)}
          prefix="caseState"
          options={[
            ['', t('cases.allStates')],
            ['open', t('cases.openStates')],
          ]}
          names={CASE_STATES.slice(2)}
        />
        <Choice
          label={t('case.kind')}
          value={filters.get('kind') ?? ''}
          onChange={(value) => set('kind', value)}
          prefix="kind"
          options={[['', t('cases.allKinds')]]}
          names={CASE_KINDS}
        />
        {canProceed(role) && (
          <Choice
            label={t('case.procedure')}
            value={filters.get('status') ?? ''}
            onChange={(value) => set('status', value)}
            prefix="status"
            options={[
              ['', t('cases.allStatuses')],
              [OVERDUE, t('cases.overdue')],
            ]}
            names={CASE_STATUSES}
          />
        )}
        {canDecide(role) && (
          <label>
            <span>{t('assignment.title')}</span>
            <select value={filters.get('assignedTo') ?? ''} onChange={(event) => set('assignedTo', event.target.value)}>
              <option value="">{t('assignment.anybody')}</option>
              <option value={username}>{t('assignment.me')}</option>
            </select>
          </label>
        )}
        <label>
          <span>{t('case.camera')}</span>
          <select value={filters.get('cameraId') ?? ''} onChange={(event) => set('cameraId', event.target.value)}>
            <option value="">{t('cases.allCameras')}</option>
            {cameras.data?.map((camera) => (
              <option key={camera.id} value={camera.id}>
                {camera.name || camera.id}
              </option>
            ))}
          </select>
        </label>
        <DateField label={t('cases.from')} value={filters.get('from') ?? ''} onChange={(value) => set('from', value)} />
        <DateField
          label={t('cases.until')}
          value={filters.get('until') ?? ''}
          min={filters.get('from') ?? ''}
          onChange={(value) => set('until', value)}
        />
        {search !== '' && (
          <button type="button" className="button quiet" onClick={() => navigate('/cases', { replace: true })}>
            {t('cases.clear')}
          </button>
        )}
      </form>
      {canDecide(role) && (
        <BulkBar
          ids={chosen}
          onClear={() => setTicked(new Set())}
          onDone={() => {
            setTicked(new Set());
            setMore(undefined);
            reload();
          }}
        />
      )}
      {data && error !== null && <Stale at={loadedAt} onRetry={reload} />}
      {!data ? (
        error instanceof ApiError && error.code === 'REQUEST_INVALID' && filters.has('find') ? (
          <Notice icon="question" title={t('cases.findUnclear')} hint={t('cases.findUnclearHint')} />
        ) : error ? (
          <Failure error={error} onRetry={reload} />
        ) : (
          <Loading />
        )
      ) : cases.length === 0 ? (
        <Notice
          icon="empty"
          title={t('cases.empty')}
          hint={t(filters.has('find') ? 'cases.notFoundHint' : 'cases.emptyHint')}
        />
      ) : (
        <CaseTable cases={cases} ticked={ticked} onTick={canDecide(role) ? setTicked : null} />
      )}
      {cursor !== null && (
        <div className="center">
          <button type="button" className="button" onClick={() => void loadMore().catch(() => reload())}>
            {t('cases.more')}
          </button>
        </div>
      )}
    </div>
  );
}

/** The address's filters as the server wants them; days are the site's. */
function toFilters(search: string, timeZone: string): Record<string, string | number | undefined> {
  const query = new URLSearchParams(search);
  const until = query.get('until');
  return {
    state: query.get('state') ?? undefined,
    kind: query.get('kind') ?? undefined,
    ...(query.get('status') === OVERDUE ? { overdue: 'true' } : { status: query.get('status') ?? undefined }),
    assignedTo: query.get('assignedTo') ?? undefined,
    cameraId: query.get('cameraId') ?? undefined,
    after: toInstant(query.get('from') ?? '', timeZone) ?? undefined,
    before: until ? (toInstant(nextDay(until), timeZone) ?? undefined) : undefined,
    ...toFound(query.get('find') ?? ''),
  };
}

/** No plate has more symbols, an id has 26; what is shorter than any plate is a piece of one. */
const LONGEST_PLATE = 10;
const SHORTEST_PLATE = 6;
const toFound = (typed: string): { readonly plate?: string; readonly id?: string } => {
  const bare = typed.replace(/[\s.\-]/g, '');
  if (bare === '') return {};
  if (bare.length > LONGEST_PLATE) return { id: typed.trim().toLowerCase() };
  // Without a `?` the server takes a piece for one by itself.
  return { plate: bare.includes('?') && bare.length < SHORTEST_PLATE ? `*${bare}*` : bare };
};

function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly prefix: 'caseState' | 'kind' | 'status';
  readonly options: readonly (readonly [string, string])[];
  readonly names: readonly string[];
  readonly onChange: (value: string) => void;
}) {
  const { name } = useI18n();
  return (
    <label>
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
        {props.names.map((one) => (
          <option key={one} value={one}>
            {name(props.prefix, one)}
          </option>
        ))}
      </select>
    </label>
  );
}

const isOpen = ({ state }: CaseSummary): boolean => state === 'pending' || state === 'claimed';
/** The server takes so many at once. */
const MOST_TICKED = 200;

function CaseTable(props: {
  readonly cases: readonly CaseSummary[];
  readonly ticked: ReadonlySet<string>;
  /** Null for whoever decides nothing. */
  readonly onTick: ((ticked: ReadonlySet<string>) => void) | null;
}) {
  const { cases, ticked, onTick } = props;
  const { t, name, ago, format } = useI18n();
  const now = useNow(30_000);
  const open = cases.filter(isOpen);
  return (
    <TableScroll label={t('cases.title')}>
      <table className="case-table">
        <thead>
          <tr>
            {onTick && (
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label={t('bulk.tickAll')}
                  checked={open.length > 0 && open.every(({ id }) => ticked.has(id))}
                  disabled={open.length === 0}
                  onChange={(event) =>
                    onTick(new Set(event.target.checked ? open.slice(0, MOST_TICKED).map(({ id }) => id) : []))
                  }
                />
              </th>
            )}
            <th scope="col">{t('case.kind')}</th>
            <th scope="col">{t('case.camera')}</th>
            <th scope="col">{t('case.time')}</th>
            <th scope="col">{t('case.state')}</th>
            <th scope="col">{t('case.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {cases.map((one) => (
            <tr key={one.id}>
              {onTick && (
                <td>
                  <input
                    type="checkbox"
                    aria-label={t('bulk.tick', { kind: name('kind', one.kind), time: format.dateTime(one.triggerAt) })}
                    checked={ticked.has(one.id) && isOpen(one)}
                    disabled={!isOpen(one)}
                    onChange={(event) =>
                      onTick(
                        new Set(event.target.checked ? [...ticked, one.id] : [...ticked].filter((id) => id !== one.id)),
                      )
                    }
                  />
                </td>
              )}
              <th scope="row">
                <Link className="case-link" to={casePath(one.id)}>
                  <span className="thumb">
                    {one.thumbnail ? (
                      <img src={one.thumbnail} alt="" loading="lazy" decoding="async" />
                    ) : (
                      <Icon name="camera" />
                    )}
                  </span>
                  <span>
                    {name('kind', one.kind)}
                    {one.subjectClass && <span className="sub">{name('class', one.subjectClass)}</span>}
                    {[...new Set(one.plateTexts)].map((plate) => (
                      <span key={plate} className="plate-text">
                        {plate}
                      </span>
                    ))}
                  </span>
                </Link>
              </th>
              <td>
                {one.cameraName}
                <span className="sub">{one.place}</span>
              </td>
              <td>
                <span className="nowrap">{format.dateTime(one.triggerAt)}</span>
                <span className="sub">{ago(one.triggerAt, now)}</span>
              </td>
              <td>
                <CaseBadge state={one.state} />
                <Due summary={one} now={now} />
              </td>
              <td>
                {one.verdict ? (
                  <>
                    {one.verdict.by}
                    {one.verdict.reason && <span className="sub">{name('reason', one.verdict.reason)}</span>}
                  </>
                ) : (
                  (one.claimedBy ?? '–')
                )}
                {one.assignedTo !== null && <span className="sub">{t('assignment.of', { name: one.assignedTo })}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

/** Where a decided case stands in the procedure, and the clock that runs. */
function Due({ summary, now }: { readonly summary: CaseSummary; readonly now: number }) {
  const { t, name, format } = useI18n();
  const { status, dueAt, dueFor } = summary;
  if (status === null || status === 'detected') return null;
  const isOver = dueAt !== null && dueAt < now;
  return (
    <span className="sub" data-overdue={isOver}>
      {name('status', status)}
      {dueAt !== null && dueFor !== null && (
        <>
          <br />
          {t(isOver ? 'case.overdue' : 'case.due', { what: name('due', dueFor), time: format.dateTime(dueAt) })}
        </>
      )}
    </span>
  );
}
