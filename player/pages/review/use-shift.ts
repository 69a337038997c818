import { useCallback, useState } from 'react';

/** A shift and its overrun. */
const SHIFT_MS = 12 * 3_600_000;

const keyOf = (username: string): string => `watchpost.shift.${username}`;

const read = (username: string): readonly number[] => {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(username)) ?? '[]');
    const since = Date.now() - SHIFT_MS;
    return Array.isArray(stored) ? stored.filter((at): at is number => typeof at === 'number' && at > since) : [];
  } catch {
    // Storage can be switched off; the count then is of this visit.
    return [];
  }
};

/** How many cases a person decided in this shift on this machine: it outlives a reload, as the undo does not. */
export function useShift(username: string): { readonly count: number; readonly add: (by: 1 | -1) => void } {
  const [decidedAt, setDecidedAt] = useState(() => read(username));
  const add = useCallback(
    (by: 1 | -1) =>
      setDecidedAt((before) => {
        const after = by === 1 ? [...before, Date.now()] : before.slice(0, -1);
        try {
          localStorage.setItem(keyOf(username), JSON.stringify(after));
        } catch {
          // See above.
        }
        return after;
      }),
    [username],
  );
  return { count: decidedAt.length, add };
}
