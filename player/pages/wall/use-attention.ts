import { useCallback, useEffect, useState } from 'react';
import { useCaseChanges, useLive } from '../../live/use-live.ts';

/** Red: a case has come in. Orange: a rule holds at this moment. */
export type Attention = 'alert' | 'detection' | null;

/** A glance at a wall goes round in about a minute. */
const ALERT_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
/** A moment that is older says nothing of now. */
const FRESH_MS = 10_000;

/** What a camera's tile calls attention to. Frames come only while the tile is in view and plays. */
export function useAttention(cameraId: string): Attention {
  const live = useLive();
  const [alertUntil, setAlertUntil] = useState(0);
  const [attention, setAttention] = useState<Attention>(null);
  useCaseChanges(
    useCallback(
      (change) => {
        if (change.cameraId === cameraId && change.state === 'pending') setAlertUntil(Date.now() + ALERT_MS);
      },
      [cameraId],
    ),
  );
  useEffect(() => {
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
      if (Date.now() < alertUntil) setAttention('alert');
      else setAttention(matching && Date.now() - changedAt < FRESH_MS ? 'detection' : null);
    };
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [live, cameraId, alertUntil]);
  return attention;
}
