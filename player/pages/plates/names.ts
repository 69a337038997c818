import type { PassageSearch, WatchList } from '../../../api/contract/passages.ts';

/** What may be chosen; the contract's own lists would bring its checker into the page. */
export const PASSAGE_CLASSES = ['motorcycle', 'car', 'bus', 'truck'] as const satisfies PassageSearch['className'][];
export const PLATE_COLOURS = [
  'white',
  'yellow',
  'blue',
  'red-on-white',
  'white-on-red',
] as const satisfies PassageSearch['colour'][];
export const WATCH_LISTS = ['wanted', 'stolen', 'permitted', 'exempt'] as const satisfies WatchList[];
