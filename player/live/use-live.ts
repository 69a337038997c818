import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { CaseChange } from '../../api/contract/live.ts';
import type { WatchAlert } from '../../api/contract/passages.ts';
import type { CameraState } from '../../pipeline/live.ts';
import type { Contact, LiveConnection } from './live-connection.ts';

export const LiveContext = createContext<LiveConnection | null>(null);

export function useLive(): LiveConnection {
  const live = useContext(LiveContext);
  if (!live) throw new TypeError('useLive needs a LiveContext above');
  return live;
}

export function useContact(): Contact {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, live.contact);
}

export function useCameraStates(): ReadonlyMap<string, CameraState> {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, live.states);
}

/** Calls back for every case that is added or changes. */
export function useCaseChanges(onChange: (change: CaseChange) => void): void {
  const live = useLive();
  useEffect(() => live.onCase(onChange), [live, onChange]);
}

/** Calls back for every passage that fits a watch list that alerts. */
export function useWatchAlerts(onAlert: (alert: WatchAlert) => void): void {
  const live = useLive();
  useEffect(() => live.onWatch(onAlert), [live, onAlert]);
}
