import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { api, serverNow, toQuery } from '../../api-client.ts';
import type { HlsPlayer } from '../../live/hls-player.ts';
import { RecordedTracks } from '../../live/recorded-tracks.ts';
import { cameraPath, navigate } from '../../router.ts';
import { canSearchPlates, useSession } from '../../session.ts';

/** What one playlist holds around the moment that was asked for; going on from its end opens the next. */
const BEFORE_MS = 5 * 60_000;
const AFTER_MS = 25 * 60_000;
/** Nearer to now there is nothing to go back to: the newest segment is still being written. */
const EDGE_MS = 6_000;

const LONGEST_GAP_MS = 24 * 3_600_000;

type Opened = { readonly at: number; readonly from: number; readonly to: number };

const openAt = (wanted: number): Opened => {
  const at = Math.min(wanted, serverNow() - EDGE_MS);
  return { at, from: at - BEFORE_MS, to: Math.min(at + AFTER_MS, serverNow()) };
};

export type Playback = {
  /** Instant of the picture on the screen, epoch ms; changes with every picture, so it is no state. */
  readonly pictureAt: RefObject<number | null>;
  readonly player: RefObject<HlsPlayer | null>;
  readonly isLive: boolean;
  /** Null while live. */
  readonly playlist: string | null;
  /** The instant that was opened. */
  readonly startAt: number | undefined;
  readonly recorded: RecordedTracks | undefined;
  readonly paused: boolean;
  readonly speed: number;
  readonly go: (at: number) => void;
  readonly goBy: (ms: number) => void;
  readonly goLive: () => void;
  readonly toggle: () => void;
  readonly step: (by: 1 | -1) => void;
  readonly setSpeed: (speed: number) => void;
  /** The opened stretch was played to its end. */
  readonly goOn: () => void;
};

/** Live, or some moment of the recording; `?at=` in the address opens one, so that it can be handed on. */
export function usePlayback(cameraId: string, video: RefObject<HTMLVideoElement | null>): Playback {
  const pictureAt = useRef<number | null>(null);
  const player = useRef<HlsPlayer | null>(null);
  const [opened, setOpened] = useState<Opened | null>(() => {
    const at = Number(new URLSearchParams(location.search).get('at') ?? NaN);
    return at > 0 ? openAt(at) : null;
  });
  const [paused, setPaused] = useState(false);
  const [speed, setSpeed] = useState(1);
  const isLive = opened === null;
  const seesPlates = canSearchPlates(useSession().role);

  const recorded = useMemo(
    () =>
      isLive
        ? undefined
        : new RecordedTracks(
            (after, before, signal) => api.tracks(cameraId, { after, before }, signal),
            serverNow,
            seesPlates ? (after, before, signal) => api.plates(cameraId, { after, before }, signal) : null,
          ),
    [cameraId, isLive, seesPlates],
  );
  useEffect(() => () => recorded?.close(), [recorded]);

  const playlist = useMemo(() => {
    if (!opened) return null;
    const [from, to, start] = [opened.from, opened.to, opened.at].map(Math.round);
    return `/hls/${encodeURIComponent(cameraId)}/dvr.m3u8${toQuery({ from, to, start })}`;
  }, [cameraId, opened]);

  useEffect(() => {
    const element = video.current;
    if (!element) return;
    // The default holds for what is opened next; live playback sets its own rate to catch up.
    element.defaultPlaybackRate = isLive ? 1 : speed;
    element.playbackRate = element.defaultPlaybackRate;
  }, [video, speed, isLive]);

  const open = useCallback(
    (at: number) => {
      setOpened(openAt(at));
      navigate(`${cameraPath(cameraId)}?at=${Math.round(at)}`, { replace: true });
    },
    [cameraId],
  );
  const goLive = useCallback(() => {
    setOpened(null);
    setPaused(false);
    setSpeed(1);
    navigate(cameraPath(cameraId), { replace: true });
  }, [cameraId]);
  const go = useCallback(
    (at: number) => {
      const inside = opened && at >= opened.from && at < opened.to;
      if (!inside || !player.current?.seek(at)) open(at);
      else navigate(`${cameraPath(cameraId)}?at=${Math.round(at)}`, { replace: true });
    },
    [cameraId, open, opened],
  );

  return {
    startAt: opened?.at,
    ...{ pictureAt, player, isLive, playlist, recorded, paused, speed, go, goLive, setSpeed },
    goBy: (ms) => {
      const at = (pictureAt.current ?? serverNow()) + ms;
      if (isLive && ms > 0) return;
      go(at);
    },
    toggle: () => {
      // A live picture that is held is the recording from then on.
      if (isLive) open(pictureAt.current ?? serverNow());
      setPaused(!paused);
    },
    step: (by) => {
      setPaused(true);
      if (isLive) open(pictureAt.current ?? serverNow());
      else player.current?.step(by);
    },
    goOn: () => {
      if (!opened) return;
      const now = serverNow();
      if (opened.to > now - 3 * EDGE_MS) {
        goLive();
        return;
      }
      // Behind a gap it goes on with what comes next; where nothing does, the last picture stays.
      const span = { after: opened.to, before: Math.min(now, opened.to + LONGEST_GAP_MS) };
      api.recording(cameraId, span).then(
        ({ recorded: [next] }) => (next ? open(next.fromAt) : setPaused(true)),
        () => setPaused(true),
      );
    },
  };
}
