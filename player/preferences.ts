import { useSyncExternalStore } from 'react';

/** What a person chose on this device. Kept in the browser: it is about the screen, not about the account. */
export type Preferences = {
  /** Null: the site's language. */
  readonly language: 'vi' | 'en' | null;
  readonly theme: 'system' | 'light' | 'dark';
  /** Tiles of the wall. */
  readonly tiles: 1 | 4 | 9 | 16;
  readonly showTracks: boolean;
  readonly showZones: boolean;
  /** Cameras of the wall as arranged; ones that are not in it follow. */
  readonly order: readonly string[];
  /** Saved arrangements, and the one that is shown. */
  readonly layouts: readonly {
    readonly name: string;
    readonly order: readonly string[];
    readonly tiles: 1 | 4 | 9 | 16;
  }[];
  readonly layout: string | null;
  /** Pages of the wall change after so long in full screen, s; 0 = never. */
  readonly rotateSeconds: number;
};

const KEY = 'watchpost.preferences';
const DEFAULTS: Preferences = {
  ...{ language: null, theme: 'system', tiles: 4, showTracks: true, showZones: false },
  ...{ order: [], layouts: [], layout: null, rotateSeconds: 20 },
};

let current = read();
const listeners = new Set<() => void>();

function read(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? { ...DEFAULTS, ...stored } : DEFAULTS;
  } catch {
    // Storage can be switched off; the page works with its defaults then.
    return DEFAULTS;
  }
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Kept for this visit only.
  }
  applyTheme();
  listeners.forEach((listener) => listener());
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

/** Sets the theme on the document; `system` leaves the choice to the style sheet's media query. */
export function applyTheme(): void {
  const root = document.documentElement;
  if (current.theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = current.theme;
}

const darkScreen = matchMedia('(prefers-color-scheme: dark)');

/** Whether the page is dark now: for what is drawn on a canvas and cannot follow the style sheet by itself. */
export function useDark(): boolean {
  const { theme } = usePreferences();
  const system = useSyncExternalStore(
    (listener) => {
      darkScreen.addEventListener('change', listener);
      return () => darkScreen.removeEventListener('change', listener);
    },
    () => darkScreen.matches,
  );
  return theme === 'system' ? system : theme === 'dark';
}
