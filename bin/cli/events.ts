import { type DiffEntry, diffEvents, type EventDiff } from '../../pipeline/evaluation/event-diff.ts';
import { parseReports } from '../../pipeline/evaluation/event-reports.ts';
import { readInput } from './read-input.ts';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const named = ({ kind, ruleId, triggerPtsMs, trackIds }: DiffEntry): string =>
  `${seconds(triggerPtsMs).padStart(10)}  ${kind.padEnd(16)} ${ruleId}  track ${trackIds.join(', ')}`;
const signed = (ms: number): string => `${ms >= 0 ? '+' : '−'}${seconds(Math.abs(ms))}`;

const print = ({ kinds, gone, added, moved }: EventDiff): void => {
  for (const entry of gone) console.log(`- ${named(entry)}`);
  for (const entry of added) console.log(`+ ${named(entry)}`);
  for (const { after, startMovedMs, triggerMovedMs } of moved)
    console.log(`~ ${named(after)}  start ${signed(startMovedMs)}, trigger ${signed(triggerMovedMs)}`);
  for (const { kind, both, gone: lost, added: more } of kinds)
    console.log(`${kind}: ${String(both)} in both, ${String(lost)} gone, ${String(more)} added`);
};

/** Prints what changed from one set of events to the other. @returns 0 when nothing did, 1 when something did */
export const diffEventFiles = (before: string, after: string, { json }: { readonly json: boolean }): number => {
  const diff = diffEvents(parseReports(readInput(before), before), parseReports(readInput(after), after));
  if (json) console.log(JSON.stringify(diff, null, 2));
  else print(diff);
  return diff.gone.length + diff.added.length + diff.moved.length === 0 ? 0 : 1;
};
