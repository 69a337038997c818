import { useCallback, useEffect, useState } from 'react';
import { useCaseChanges, useLive } from '../../live/use-live.ts';

/** Red: a case has come in. Orange: a rule holds at this moment. */
export type Attention = 'alert' | 'detection' | null;

/** A glance at a wall goes round in about a minute. */
const ALERT_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
/** A moment that is older says nothing of now. */
const FRESH_MS = 10_000;

/** Cameras of which a case has come in within the last minute, newest last; also those whose tile is not shown. */
export function useAlerts(): readonly string[] {
  const [alerts, setAlerts] = useState<readonly { readonly cameraId: string; readonly until: number }[]>([]);
  useCaseChanges(
    useCallback(({ cameraId, state }) => {
      if (state !== 'pending') return;
      const until = Date.now() + ALERT_MS;
      setAlerts((before) => [...before.filter((one) => one.cameraId !== cameraId), { cameraId, until }]);
    }, []),
  );
  const first = alerts[0];
  useEffect(() => {
    if (!first) return;
    const timer = setTimeout(
      () => setAlerts((before) => before.filter(({ until }) => until > Date.now())),
      Math.max(0, first.until - Date.now()) + 1,
    );
    return () => clearTimeout(timer);
  }, [first]);
  return alerts.map(({ cameraId }) => cameraId);
}

/** Whether a rule holds on the camera now. Frames come only while its tile is in view and plays. */
export function useDetection(cameraId: string, isShown: boolean): boolean {
  const live = useLive();
  const [holds, setHolds] = useState(false);
  useEffect(() => {
    setHolds(false);
    if (!isShown) return;
    let seenAt: number | null = null;
    let changedAt = 0;
    const look = (): void => {
      const newest = live.timeline(cameraId).newest;
      // By this machine's own clock: the camera's may differ.
      if (newest && newest.at !== seenAt) {
        seenAt = newest.at;
        changedAt = Date.now();
      }
      const matching = newest !== null && newest.tracks.some(({ alerts }) => alerts.length > 0);
      setHolds(matching && Date.now() - changedAt < FRESH_MS);
    };
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [live, cameraId, isShown]);
  return holds;
}
