import { useCallback, useEffect, useRef, useState } from 'react';

export type Resource<Data> = {
  readonly data: Data | null;
  /** When `data` was loaded, epoch ms of this machine. */
  readonly loadedAt: number;
  /** The last attempt's failure; `data` then is older, or null. */
  readonly error: unknown;
  readonly loading: boolean;
  readonly reload: () => void;
};

/**
 * Loads data for as long as the component lives, again whenever `load` changes or `reload` is called, and every
 * `refreshMs` if given. Data that was there stays while it is loaded again; another `load` starts empty.
 */
export function useResource<Data>(load: (signal: AbortSignal) => Promise<Data>, refreshMs?: number): Resource<Data> {
  type State = Omit<Resource<Data>, 'reload'> & { readonly of: typeof load };
  const empty: State = { of: load, data: null, loadedAt: 0, error: null, loading: true };
  const [state, setState] = useState<State>(empty);
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((value) => value + 1), []);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    const abort = new AbortController();
    const finish = (change: Partial<State>): void => {
      if (abort.signal.aborted) return;
      setState((old) => {
        const base = old.of === load ? old : { of: load, data: null, loadedAt: 0, error: null, loading: true };
        return { ...base, loading: false, ...change };
      });
    };
    load(abort.signal).then(
      (data) => finish({ data, loadedAt: Date.now(), error: null }),
      (error: unknown) => finish({ error }),
    );
    return () => abort.abort();
  }, [load, round]);

  useEffect(() => {
    if (refreshMs === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, refreshMs);
    return () => clearInterval(timer);
  }, [refreshMs, reload]);

  return { ...(state.of === load ? state : empty), reload };
}
