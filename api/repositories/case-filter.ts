import type { ExpressionBuilder } from 'kysely';
import { WatchpostError } from '../../pipeline/errors.ts';
import { type PlatePattern, toLike } from '../../pipeline/passages/plate-pattern.ts';
import { CASE_STATES, type CaseState } from '../contract/cases.ts';
import type { CaseTable, Tables } from '../database/schema.ts';

const OPEN_STATES: readonly CaseState[] = ['pending', 'claimed'];

/** @param text states with commas between; `open` stands for both open ones @throws WatchpostError REQUEST_INVALID */
export const parseStates = (text: string): CaseState[] => {
  const words = text.split(',').map((word) => word.trim());
  const states = words.flatMap((word) => (word === 'open' ? OPEN_STATES : [word as CaseState]));
  const unknown = states.find((state) => !CASE_STATES.includes(state));
  if (unknown !== undefined)
    throw new WatchpostError(
      'REQUEST_INVALID',
      `query: state: unknown state "${unknown}"; known: open, ${CASE_STATES.join(', ')}`,
    );
  return [...new Set(states)];
};

/**
 * Cases in any of these states. A claim whose lease ran out is shown, and found, as pending.
 * Open ones are asked for by `is_open`, which has the index.
 * @param now epoch ms
 */
export const inStates = (eb: ExpressionBuilder<Tables, 'cases'>, states: readonly CaseState[], now: number) => {
  const open = states.filter((state) => OPEN_STATES.includes(state));
  const decided = states.filter((state) => !OPEN_STATES.includes(state));
  const expired = eb.and([eb('state', '=', 'claimed'), eb('lease_until', '<=', now)]);
  const branches = [];
  if (open.length === 2) branches.push(eb('is_open', '=', 1));
  else if (open[0] === 'pending')
    branches.push(eb.and([eb('is_open', '=', 1), eb.or([eb('state', '=', 'pending'), expired])]));
  else if (open[0] === 'claimed')
    branches.push(eb.and([eb('is_open', '=', 1), eb('state', '=', 'claimed'), eb('lease_until', '>', now)]));
  if (decided.length === 1) branches.push(eb('state', '=', decided[0]!));
  else if (decided.length > 1) branches.push(eb('state', 'in', decided));
  return eb.or(branches);
};

/** Cases one of whose plates, as last read by machine or person, fits. */
export const hasPlate = (eb: ExpressionBuilder<Tables, 'cases'>, pattern: PlatePattern) =>
  eb(
    'cases.id',
    'in',
    eb
      .selectFrom('case_plates')
      .select('case_plates.case_id')
      .where('case_plates.symbols', pattern.isWhole ? '=' : 'like', pattern.isWhole ? pattern.text : toLike(pattern)),
  );

/** Where a page ended: the next begins behind that case, however many share its instant. */
export const toCursor = ({ trigger_at, id }: CaseTable): string =>
  Buffer.from(`${trigger_at}:${id}`).toString('base64url');

/** @throws WatchpostError REQUEST_INVALID for what `toCursor` did not make */
export const parseCursor = (cursor: string): { triggerAt: number; id: string } => {
  const match = /^(-?\d{1,16}(?:\.\d+)?):(.+)$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match) throw new WatchpostError('REQUEST_INVALID', 'query: cursor: take `nextCursor` of the page before');
  return { triggerAt: Number(match[1]), id: match[2]! };
};
