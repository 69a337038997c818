import { useSyncExternalStore } from 'react';

/** Pages whose address is their name. */
const PLAIN_PAGES = [
  'review',
  'cases',
  'fire',
  'plates',
  'statistics',
  'quality',
  'health',
  'audit',
  'users',
  'password',
] as const;
type PlainPage = (typeof PLAIN_PAGES)[number];

/** The pages and their addresses. */
export type Route =
  | { readonly page: 'wall' | PlainPage | 'unknown' }
  | { readonly page: 'camera' | 'case'; readonly id: string }
  /** `id`: a camera's, `new`, or null for the list. */
  | { readonly page: 'setup'; readonly id: string | null };

export function toRoute(path: string): Route {
  const [page = '', id] = path.split('/').filter((part) => part !== '');
  if (page === '' || page === 'wall') return { page: 'wall' };
  if (page === 'cameras' && id) return { page: 'camera', id: decodeURIComponent(id) };
  if (page === 'cases' && id) return { page: 'case', id: decodeURIComponent(id) };
  if (page === 'setup') return { page: 'setup', id: id ? decodeURIComponent(id) : null };
  const plain = PLAIN_PAGES.find((one) => one === page);
  if (plain) return { page: plain };
  return { page: 'unknown' };
}

export const cameraPath = (id: string): string => `/cameras/${encodeURIComponent(id)}`;
export const casePath = (id: string): string => `/cases/${encodeURIComponent(id)}`;
let listSearch = '';
/** The list of cases as it was last looked at in this visit: the way back from a case keeps the filters. */
export const casesPath = (): string => `/cases${listSearch}`;
export const keepCasesPath = (search: string): void => void (listSearch = search);
/** The desk, with this case open. */
export const reviewPath = (id: string): string => `/review?case=${encodeURIComponent(id)}`;

const listeners = new Set<() => void>();
const changed = (): void => listeners.forEach((listener) => listener());

export function navigate(path: string, options: { readonly replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  changed();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('popstate', listener);
  };
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);
export const useSearch = (): string => useSyncExternalStore(subscribe, () => location.search);
