import { plateSymbols } from '../../pipeline/passages/plate-pattern.ts';
import type { CasePlateTable } from './schema.ts';

type Reading = { readonly trackId: number; readonly text: string | null };

/** Rows under which a case is found by its plates; one that nobody could read has none. */
export const toCasePlates = (readings: readonly Reading[]): Omit<CasePlateTable, 'case_id'>[] =>
  readings.flatMap(({ trackId, text }) =>
    text === null ? [] : [{ track_id: trackId, text, symbols: plateSymbols(text) }],
  );
