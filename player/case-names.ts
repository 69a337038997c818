import type { CaseState } from '../api/contract/cases.ts';
import type { RuleKind } from '../pipeline/event.ts';

/** What cases can be filtered by, in the order shown. Written out here: the contract's own lists bring TypeBox along. */
export const CASE_STATES: readonly CaseState[] = ['pending', 'claimed', 'confirmed', 'rejected', 'exempt', 'unsure'];

/** Rule kinds that make cases; counts only feed statistics. */
export const CASE_KINDS: readonly RuleKind[] = [
  'wrong_way',
  'wrong_lane',
  'crowding',
  'red_light',
  'stop_line',
  'no_helmet',
  'too_many_riders',
  'speed',
  'illegal_stop',
  'pavement_riding',
  'encroachment',
  'loitering',
  'dumped_rubbish',
  'camera_health',
  'smoke',
  'flame',
];
