import { memo, type ReactNode, useEffect, useMemo, useRef } from 'react';
import type { CaseSummary } from '../../../api/contract/cases.ts';
import { Icon } from '../../components/icons.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session.ts';
import { useNow } from '../../use-now.ts';
import { type Choice, choicesOf, EVERYTHING, ORDERS, type QueueFilter, type QueueOrder } from './queue-filter.ts';

/** A deadline that is nearer is worth a word in the list. */
const SOON_MS = 3 * 86_400_000;

/** The open cases; the one on the stage stays in sight. */
export function Queue(props: {
  readonly open: readonly CaseSummary[];
  readonly cases: readonly CaseSummary[];
  /** More wait than were loaded. */
  readonly isPart: boolean;
  readonly filter: QueueFilter;
  readonly onFilter: (filter: QueueFilter) => void;
  readonly selectedId: string;
  readonly onSelect: (id: string) => void;
}) {
  const { t, ago, format } = useI18n();
  const { username } = useSession();
  const now = useNow(10_000);
  return (
    <nav className="queue" aria-label={t('review.queue')}>
      <Filter open={props.open} shown={props.cases.length} filter={props.filter} onFilter={props.onFilter} />
      {props.isPart && <p className="queue-note">{t('queue.part', { count: props.open.length })}</p>}
      {props.cases.length === 0 && (
        <p className="queue-note">
          {t('queue.none')}{' '}
          <button type="button" className="text-link" onClick={() => props.onFilter(EVERYTHING)}>
            {t('cases.clear')}
          </button>
        </p>
      )}
      <ul>
        {props.cases.map((one) => (
          <Entry
            key={one.id}
            one={one}
            isSelected={one.id === props.selectedId}
            holder={one.claimedBy !== null && one.claimedBy !== username ? one.claimedBy : null}
            age={ago(one.triggerAt, now)}
            due={
              one.dueAt === null || one.dueAt > now + SOON_MS
                ? null
                : one.dueAt < now
                  ? t('queue.overdue')
                  : t('queue.due', { date: format.date(one.dueAt).slice(0, 5) })
            }
            onSelect={props.onSelect}
          />
        ))}
      </ul>
    </nav>
  );
}

function Filter(props: {
  readonly open: readonly CaseSummary[];
  readonly shown: number;
  readonly filter: QueueFilter;
  readonly onFilter: (filter: QueueFilter) => void;
}) {
  const { t, name } = useI18n();
  const { open, filter, onFilter } = props;
  const kinds = useMemo(() => choicesOf(open, ({ kind }) => ({ value: kind, text: name('kind', kind) })), [open, name]);
  const cameras = useMemo(
    () => choicesOf(open, ({ cameraId, cameraName, place }) => ({ value: cameraId, text: place || cameraName })),
    [open],
  );
  const isFiltered = filter.kind !== '' || filter.cameraId !== '';
  return (
    <details className="queue-filter" data-filtered={isFiltered || undefined}>
      <summary>
        {isFiltered ? t('queue.filtered', { shown: props.shown, count: open.length }) : t('queue.filter')}
      </summary>
      <Choose
        label={t('queue.kind')}
        all={t('cases.allKinds')}
        value={filter.kind}
        choices={kinds}
        onChoose={(kind) => onFilter({ ...filter, kind })}
      />
      <Choose
        label={t('queue.place')}
        all={t('cases.allCameras')}
        value={filter.cameraId}
        choices={cameras}
        onChoose={(cameraId) => onFilter({ ...filter, cameraId })}
      />
      <Menu
        label={t('queue.order')}
        value={filter.order}
        onChoose={(order) => onFilter({ ...filter, order: order as QueueOrder })}
      >
        {ORDERS.map((order) => (
          <option key={order} value={order}>
            {t(`queue.order.${order}`)}
          </option>
        ))}
      </Menu>
    </details>
  );
}

function Choose(props: {
  readonly label: string;
  readonly all: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChoose: (value: string) => void;
}) {
  const { value, choices } = props;
  return (
    <Menu label={props.label} value={value} onChoose={props.onChoose}>
      <option value="">{props.all}</option>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.text} ({choice.count})
        </option>
      ))}
      {value !== '' && !choices.some((choice) => choice.value === value) && <option value={value}>{value} (0)</option>}
    </Menu>
  );
}

/** Gives the keys back to the page once something was chosen with the pointer; who browses by keys stays in it. */
function Menu(props: {
  readonly label: string;
  readonly value: string;
  readonly onChoose: (value: string) => void;
  readonly children: ReactNode;
}) {
  const byPointer = useRef(false);
  return (
    <select
      aria-label={props.label}
      value={props.value}
      onPointerDown={() => (byPointer.current = true)}
      onKeyDown={() => (byPointer.current = false)}
      onChange={(event) => {
        props.onChoose(event.target.value);
        if (byPointer.current) event.target.blur();
      }}
    >
      {props.children}
    </select>
  );
}

/** Apart and remembered: hundreds of them stand in the way between a key and the next picture. */
const Entry = memo(function Entry(props: {
  readonly one: CaseSummary;
  readonly isSelected: boolean;
  readonly holder: string | null;
  readonly age: string;
  readonly due: string | null;
  readonly onSelect: (id: string) => void;
}) {
  const { name } = useI18n();
  const { one, isSelected, holder } = props;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isSelected) button.current?.scrollIntoView({ block: 'nearest' });
  }, [isSelected]);
  return (
    <li>
      <button
        type="button"
        data-case={one.id}
        ref={button}
        aria-current={isSelected ? 'true' : undefined}
        onClick={() => props.onSelect(one.id)}
      >
        <span className="thumb">
          {one.thumbnail ? <img src={one.thumbnail} alt="" loading="lazy" decoding="async" /> : <Icon name="camera" />}
        </span>
        <span className="queue-text">
          <strong>{name('kind', one.kind)}</strong>
          <span>{one.cameraName}</span>
          <span className="queue-age">
            {holder === null ? (
              <>
                {props.age}
                {props.due !== null && <b>{props.due}</b>}
              </>
            ) : (
              <>
                <Icon name="lock" size={12} />
                {holder}
              </>
            )}
          </span>
        </span>
      </button>
    </li>
  );
});
