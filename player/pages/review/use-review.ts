import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { CaseDetail, CaseList, CaseSummary, VerdictRequest } from '../../../api/contract/cases.ts';
import { api, ApiError } from '../../api-client.ts';
import { useCaseChanges } from '../../live/use-live.ts';
import { type Resource, useResource } from '../../use-resource.ts';
import { applyFilter, EVERYTHING, type QueueFilter } from './queue-filter.ts';

/** How this page stands with the open case: who may decide it. */
export type Claim =
  | { readonly state: 'asking' | 'none' }
  | { readonly state: 'held'; readonly leaseUntil: number }
  | { readonly state: 'refused'; readonly error: unknown };

export type Decided = { readonly id: string; readonly verdict: VerdictRequest };

export type Review = {
  readonly list: Resource<CaseList>;
  /** All that are open and not decided here, whatever the filter. */
  readonly open: readonly CaseSummary[];
  /** Those of the filter, in its order. */
  readonly cases: readonly CaseSummary[];
  readonly filter: QueueFilter;
  readonly setFilter: (filter: QueueFilter) => void;
  readonly selected: CaseSummary | null;
  readonly detail: CaseDetail | null;
  readonly nextDetail: CaseDetail | null;
  readonly detailError: unknown;
  readonly claim: Claim;
  readonly decided: readonly Decided[];
  readonly working: boolean;
  readonly select: (id: string) => void;
  readonly move: (by: number) => void;
  readonly decide: (verdict: VerdictRequest) => Promise<boolean>;
  readonly undo: () => Promise<boolean>;
  readonly reloadDetail: () => void;
  /** The open case changed: loads it again while the old stays in sight. */
  readonly refreshDetail: () => void;
};

/** Oldest first: when more wait than one answer holds, the ones that waited longest are in it. */
const loadOpen = (signal: AbortSignal): Promise<CaseList> =>
  api.cases({ state: 'open', order: 'asc', limit: 500 }, signal);
/** Live changes come at once; this catches what a broken connection missed. */
const REFRESH_MS = 30_000;
/** Many cases can change together (a queue that caught up): the list is loaded once for all. */
const GATHER_MS = 400;

/**
 * The review queue of one person: which case is open, the claim on it, its verdict, and what was decided in this
 * visit. Opening claims the case and keeps the claim alive; leaving gives it back.
 */
export function useReview(wantedId: string | null, mayDecide: boolean): Review {
  const list = useResource(loadOpen, REFRESH_MS);
  const [selectedId, setSelectedId] = useState(wantedId);
  const [decided, setDecided] = useState<readonly Decided[]>([]);
  const [working, setWorking] = useState(false);

  const { reload } = list;
  const gathering = useRef<ReturnType<typeof setTimeout>>(undefined);
  const onChange = useCallback(() => {
    clearTimeout(gathering.current);
    gathering.current = setTimeout(reload, GATHER_MS);
  }, [reload]);
  useCaseChanges(onChange);
  useEffect(() => () => clearTimeout(gathering.current), []);

  const wanted = useWanted(wantedId, list.data);
  const [filter, setFilter] = useState(EVERYTHING);
  const open = useMemo(() => {
    const gone = new Set(decided.map(({ id }) => id));
    const listed = list.data?.cases ?? [];
    const first = wanted.case && !listed.some(({ id }) => id === wanted.case?.id) ? [wanted.case] : [];
    return [...first, ...listed].filter(({ id }) => !gone.has(id));
  }, [list.data, decided, wanted.case]);
  const cases = useMemo(() => applyFilter(open, filter), [open, filter]);

  // Nothing else is taken while the case that was asked for is on its way.
  const isAwaited = wanted.isAwaited && selectedId === wantedId;
  const selected = cases.find(({ id }) => id === selectedId) ?? (isAwaited ? null : (cases[0] ?? null));
  const index = selected ? cases.indexOf(selected) : -1;
  const next = cases[index + 1] ?? null;
  const { details, errors, reloadDetail, refreshDetail } = useDetails(selected?.id ?? null, next?.id ?? null);
  // Cases whose verdict is on its way: their claims end with it, not by being given back.
  const deciding = useRef<ReadonlySet<string>>(new Set());
  const claim = useClaim(mayDecide ? (selected?.id ?? null) : null, deciding);

  const move = (by: number): void => {
    const target = cases[Math.min(Math.max(index + by, 0), cases.length - 1)];
    if (target) setSelectedId(target.id);
  };

  const decide = async (verdict: VerdictRequest): Promise<boolean> => {
    if (!selected || working) return false;
    const { id } = selected;
    const following = cases[index + 1] ?? cases[index - 1];
    setWorking(true);
    deciding.current = new Set([...deciding.current, id]);
    // The next case does not wait for the server; one whose verdict is refused comes back with the reason.
    setDecided((before) => [...before, { id, verdict }]);
    setSelectedId(following?.id ?? null);
    try {
      await api.decide(id, verdict);
      return true;
    } catch (error) {
      deciding.current = new Set([...deciding.current].filter((one) => one !== id));
      setDecided((before) => before.filter((one) => one.id !== id));
      setSelectedId(id);
      throw error;
    } finally {
      setWorking(false);
    }
  };

  const undo = async (): Promise<boolean> => {
    const last = decided.at(-1);
    if (!last || working) return false;
    setWorking(true);
    try {
      await api.undo(last.id);
      deciding.current = new Set([...deciding.current].filter((one) => one !== last.id));
      setDecided((before) => before.slice(0, -1));
      setSelectedId(last.id);
      reload();
      return true;
    } finally {
      setWorking(false);
    }
  };

  return {
    list,
    open,
    cases,
    filter,
    setFilter,
    selected,
    detail: selected ? (details.get(selected.id) ?? null) : null,
    nextDetail: next ? (details.get(next.id) ?? null) : null,
    detailError: selected ? (errors.get(selected.id) ?? null) : null,
    claim,
    decided,
    working,
    select: setSelectedId,
    move,
    decide,
    undo,
    reloadDetail,
    refreshDetail: () => selected && refreshDetail(selected.id),
  };
}

/** The case that the address names, where the queue is longer than one answer and it is not in it. */
function useWanted(
  id: string | null,
  list: CaseList | null | undefined,
): { readonly case: CaseSummary | null; readonly isAwaited: boolean } {
  const [answer, setAnswer] = useState<{ readonly of: string; readonly case: CaseSummary | null } | null>(null);
  const isMissing = id !== null && list != null && !list.cases.some((one) => one.id === id);
  const isAwaited = isMissing && answer?.of !== id;
  useEffect(() => {
    if (id === null || !isAwaited) return;
    const abort = new AbortController();
    const answered = (found: CaseSummary | null): void => {
      if (!abort.signal.aborted) setAnswer({ of: id, case: found });
    };
    api.case(id, abort.signal).then(
      // Decided meanwhile, it is not in the queue any more.
      (detail) => answered(detail.state === 'pending' || detail.state === 'claimed' ? detail : null),
      // There is none, or it belongs to another unit: the queue is shown as it is.
      () => answered(null),
    );
    return () => abort.abort();
  }, [id, isAwaited]);
  return { case: answer?.of === id ? answer.case : null, isAwaited };
}

type Details = {
  readonly details: ReadonlyMap<string, CaseDetail>;
  readonly errors: ReadonlyMap<string, unknown>;
  readonly reloadDetail: () => void;
  readonly refreshDetail: (id: string) => void;
};

/** Details of the open case and, once that one is there, of the next. */
function useDetails(currentId: string | null, nextId: string | null): Details {
  const [details, setDetails] = useState<ReadonlyMap<string, CaseDetail>>(new Map());
  const [errors, setErrors] = useState<ReadonlyMap<string, unknown>>(new Map());
  const [round, setRound] = useState(0);
  const hasCurrent = currentId === null || details.has(currentId);
  const wanted = hasCurrent ? nextId : currentId;

  useEffect(() => {
    if (wanted === null || details.has(wanted)) return;
    const abort = new AbortController();
    api.case(wanted, abort.signal).then(
      (detail) => {
        setDetails((before) => new Map([...before].slice(-4)).set(wanted, detail));
        setErrors((before) => without(before, wanted));
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setErrors((before) => new Map(before).set(wanted, error));
      },
    );
    return () => abort.abort();
  }, [wanted, details, round]);

  const refreshDetail = useCallback((id: string) => {
    api.case(id).then(
      (detail) => setDetails((before) => (before.has(id) ? new Map(before).set(id, detail) : before)),
      () => undefined,
    );
  }, []);
  return { details, errors, refreshDetail, reloadDetail: useCallback(() => setRound((value) => value + 1), []) };
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

/** Claims a case for as long as it is open here, renewing at half of the lease. */
function useClaim(caseId: string | null, deciding: RefObject<ReadonlySet<string>>): Claim {
  const [claim, setClaim] = useState<Claim>({ state: 'none' });
  useEffect(() => {
    setClaim({ state: caseId === null ? 'none' : 'asking' });
    if (caseId === null) return;
    let ended = false;
    let held = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const { leaseUntil } = await api.claim(caseId);
        held = true;
        if (ended) {
          giveBack();
          return;
        }
        setClaim({ state: 'held', leaseUntil });
        timer = setTimeout(() => void ask(), Math.max(2_000, (leaseUntil - Date.now()) / 2));
      } catch (error) {
        held = false;
        if (ended) return;
        setClaim({ state: 'refused', error });
        // Somebody else's claim ends by itself; a lost network comes back.
        const retryMs = error instanceof ApiError && error.status === 0 ? 3_000 : 10_000;
        timer = setTimeout(() => void ask(), retryMs);
      }
    };
    const giveBack = (): void => {
      if (held && !deciding.current.has(caseId)) void api.release(caseId).catch(() => undefined);
      held = false;
    };
    void ask();
    return () => {
      ended = true;
      clearTimeout(timer);
      giveBack();
    };
  }, [caseId, deciding]);
  return claim;
}
