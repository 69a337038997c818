import { type SyntheticEvent, useCallback, useState } from 'react';
import type { WatchEntry, WatchHit, WatchList } from '../../../api/contract/passages.ts';
import { api } from '../../api-client.ts';
import { DateField } from '../../components/date-field.tsx';
import { ErrorBox } from '../../components/error-box.tsx';
import { Link } from '../../components/link.tsx';
import { Failure, Loading, Notice, useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useWatchAlerts } from '../../live/use-live.ts';
import { canKeepWatchLists, useSession } from '../../session.ts';
import { nextDay, toDay, toInstant } from '../../site-time.ts';
import { useResource } from '../../use-resource.ts';
import { WATCH_LISTS } from './names.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

/** Plates that are watched for, and where they passed. `plate` is proposed for a list. */
export function ListsView(props: { readonly plate: string; readonly onTrace: (plate: string) => void }) {
  const { t } = useI18n();
  const { role } = useSession();
  const errorText = useErrorText();
  const entries = useResource(api.watchEntries);
  const hits = useResource(api.watchHits);
  const [problem, setProblem] = useState<unknown>(null);
  useWatchAlerts(hits.reload);
  const act = useCallback((done: Promise<unknown>, then: () => void): void => {
    setProblem(null);
    done.then(then, setProblem);
  }, []);
  return (
    <>
      {problem !== null && <ErrorBox>{errorText(problem)}</ErrorBox>}
      <section aria-label={t('watch.hits')} className="watch-part">
        <h2>{t('watch.hits')}</h2>
        {!hits.data ? (
          hits.error ? (
            <Failure error={hits.error} onRetry={hits.reload} />
          ) : (
            <Loading />
          )
        ) : hits.data.hits.length === 0 ? (
          <Notice icon="plate" title={t('watch.noHits')} hint={t('watch.noHitsHint')} />
        ) : (
          <HitTable
            hits={hits.data.hits}
            onTrace={props.onTrace}
            onSee={(id) => act(api.seeWatchHit(id), hits.reload)}
          />
        )}
      </section>
      <section aria-label={t('watch.entries')} className="watch-part">
        <h2>{t('watch.entries')}</h2>
        {canKeepWatchLists(role) && <EntryForm proposed={props.plate} onAdded={entries.reload} />}
        {!entries.data ? (
          entries.error ? (
            <Failure error={entries.error} onRetry={entries.reload} />
          ) : (
            <Loading />
          )
        ) : entries.data.entries.length === 0 ? (
          <Notice icon="empty" title={t('watch.noEntries')} hint={t('watch.noEntriesHint')} />
        ) : (
          <EntryTable entries={entries.data.entries} onEnd={(id) => act(api.endWatchEntry(id), entries.reload)} />
        )}
      </section>
    </>
  );
}

const toneOf = (list: WatchList): 'bad' | 'accent' => (list === 'wanted' || list === 'stolen' ? 'bad' : 'accent');

function HitTable(props: {
  readonly hits: readonly WatchHit[];
  readonly onTrace: (plate: string) => void;
  readonly onSee: (id: string) => void;
}) {
  const { t, name, format } = useI18n();
  return (
    <div className="table-scroll card flush" tabIndex={0} role="region" aria-label={t('watch.hits')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('plates.plate')}</th>
            <th scope="col">{t('watch.list')}</th>
            <th scope="col">{t('watch.when')}</th>
            <th scope="col">{t('watch.where')}</th>
            <th scope="col">{t('watch.reason')}</th>
            <th scope="col">{t('watch.see')}</th>
          </tr>
        </thead>
        <tbody>
          {props.hits.map((hit) => (
            <tr key={hit.id}>
              <th scope="row">
                {hit.plateUrl !== null && (
                  <img src={hit.plateUrl} alt={t('plates.platePicture')} loading="lazy" className="passage-crop" />
                )}
                <Link
                  to="/plates?view=trace"
                  aria-label={t('plates.traceOf', { plate: hit.plate })}
                  onClick={() => props.onTrace(hit.plate)}
                >
                  {hit.plate}
                </Link>
                <span className="sub">
                  {t('plates.confidence', { percent: `${format.number(hit.probability * 100, 0)} %` })}
                </span>
              </th>
              <td>
                <span className="chip" data-tone={toneOf(hit.list)}>
                  {name('watchList', hit.list)}
                </span>
              </td>
              <td className="nowrap">{format.dateTime(hit.at)}</td>
              <td>{hit.cameraName}</td>
              <td>{hit.reason}</td>
              <td>
                {hit.seenBy === null ? (
                  <button
                    type="button"
                    className="button small"
                    aria-label={t('watch.seeOf', { plate: hit.plate })}
                    onClick={() => props.onSee(hit.id)}
                  >
                    {t('watch.see')}
                  </button>
                ) : (
                  t('watch.seen', { who: hit.seenBy, time: format.dateTime(hit.seenAt ?? 0) })
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function EntryTable(props: { readonly entries: readonly WatchEntry[]; readonly onEnd: (id: string) => void }) {
  const { t, name, format } = useI18n();
  const { role } = useSession();
  return (
    <div className="table-scroll card flush" tabIndex={0} role="region" aria-label={t('watch.entries')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('plates.plate')}</th>
            <th scope="col">{t('watch.list')}</th>
            <th scope="col">{t('watch.reason')}</th>
            <th scope="col">{t('watch.owner')}</th>
            <th scope="col">{t('watch.expires')}</th>
            {canKeepWatchLists(role) && <th scope="col">{t('watch.end')}</th>}
          </tr>
        </thead>
        <tbody>
          {props.entries.map((entry) => (
            <tr key={entry.id}>
              <th scope="row">{entry.plate}</th>
              <td>
                <span className="chip" data-tone={toneOf(entry.list)}>
                  {name('watchList', entry.list)}
                </span>
              </td>
              <td>{entry.reason}</td>
              <td>{entry.owner}</td>
              <td className="nowrap">{format.dateTime(entry.expiresAt)}</td>
              {canKeepWatchLists(role) && (
                <td>
                  <button
                    type="button"
                    className="button small"
                    aria-label={t('watch.endOf', { plate: entry.plate })}
                    onClick={() => props.onEnd(entry.id)}
                  >
                    {t('watch.end')}
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function EntryForm({ proposed, onAdded }: { readonly proposed: string; readonly onAdded: () => void }) {
  const { t, name } = useI18n();
  const errorText = useErrorText();
  const { timeZone } = useSession().site;
  const [list, setList] = useState<WatchList>('wanted');
  const [plate, setPlate] = useState(proposed);
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState(() => toDay(Date.now() + WEEK_MS, timeZone));
  const [problem, setProblem] = useState<unknown>(null);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setProblem(null);
    const expiresAt = toInstant(nextDay(until), timeZone) ?? 0;
    api.addWatchEntry({ list, plate, reason, expiresAt }).then(() => {
      setPlate('');
      setReason('');
      onAdded();
    }, setProblem);
  };
  return (
    <form className="filters" aria-label={t('watch.add')} onSubmit={submit}>
      <label>
        <span>{t('watch.list')}</span>
        <select
          value={list}
          onChange={(event) => setList(WATCH_LISTS.find((one) => one === event.target.value) ?? 'wanted')}
        >
          {WATCH_LISTS.map((one) => (
            <option key={one} value={one}>
              {name('watchList', one)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('plates.plate')}</span>
        <input type="text" required maxLength={40} value={plate} onChange={(event) => setPlate(event.target.value)} />
      </label>
      <label>
        <span>{t('watch.reason')}</span>
        <input
          type="text"
          required
          minLength={5}
          maxLength={300}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      <DateField
        label={t('watch.expires')}
        required
        min={toDay(Date.now(), timeZone)}
        value={until}
        onChange={setUntil}
      />
      <button type="submit" className="button primary">
        {t('watch.add')}
      </button>
      {problem !== null && (
        <span className="error-box" role="alert">
          {errorText(problem)}
        </span>
      )}
    </form>
  );
}
