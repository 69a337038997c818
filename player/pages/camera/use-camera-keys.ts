import { useEffect, useRef } from 'react';
import { isTakenKey } from '../../keys.ts';
import type { Playback } from './use-playback.ts';

export const JUMP_MS = 5_000;

/** Keys of the camera page, as on the review page: space, arrows, comma and full stop; L goes back to live. */
export function useCameraKeys(playback: Playback): void {
  const newest = useRef(playback);
  newest.current = playback;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTakenKey(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const act = actOf(event.key, newest.current);
      if (!act || (event.repeat && event.key === ' ')) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

const actOf = (key: string, playback: Playback): (() => void) | null => {
  switch (key) {
    case ' ':
      return playback.toggle;
    case 'ArrowLeft':
      return () => playback.goBy(-JUMP_MS);
    case 'ArrowRight':
      return () => playback.goBy(JUMP_MS);
    case ',':
      return () => playback.step(-1);
    case '.':
      return () => playback.step(1);
    case 'l':
    case 'L':
      return playback.goLive;
    default:
      return null;
  }
};
