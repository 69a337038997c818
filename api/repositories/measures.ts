import type { DriftRow, ThresholdRow } from '../contract/quality.ts';
import type { Database } from '../database/open-database.ts';
import { driftOf } from '../quality/drift.ts';
import { SCORE } from '../quality/measures.ts';
import { judgeMeasure, type Side } from '../quality/threshold-proposal.ts';

type Span = { readonly after: number; readonly before: number };
type NameOf = (cameraId: string) => string;

/** More say nothing new, and are read into memory. The newest count. */
const MOST_ROWS = 50_000;

/** Decided cases with their numbers, newest first; tests and "unsure" left out, as in precision. */
const readMeasured = (db: Database, { after, before }: Span, cameraIds: readonly string[]) =>
  db
    .selectFrom('labels')
    .innerJoin('case_measures', 'case_measures.case_id', 'labels.case_id')
    .select(['camera_id', 'rule_id', 'kind', 'label', 'at', 'name', 'value', 'unit', 'threshold', 'comparison'])
    .where('at', '>=', after)
    .where('at', '<', before)
    .where('camera_id', 'in', [...cameraIds])
    .where('label', 'in', ['confirmed', 'exempt', 'rejected'])
    .where((eb) => eb.or([eb('reason', 'is', null), eb('reason', '!=', 'test')]))
    .orderBy('at', 'desc')
    .limit(MOST_ROWS)
    .execute();

const grouped = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): readonly (readonly Row[])[] => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
};

const isRight = ({ label }: { readonly label: string }): boolean => label !== 'rejected';

/** How well each number of each rule tells right cases from rejected ones, and what threshold follows from that. */
export const judgeThresholds = async (
  db: Database,
  span: Span,
  cameraIds: readonly string[],
  nameOf: NameOf,
): Promise<ThresholdRow[]> => {
  if (cameraIds.length === 0) return [];
  const groups = grouped(await readMeasured(db, span, cameraIds), ({ camera_id, rule_id, kind, name }) =>
    [camera_id, rule_id, kind, name].join(' '),
  );
  return groups.flatMap((rows): ThresholdRow[] => {
    const { camera_id, rule_id, kind, name, unit, threshold, comparison } = rows[0]!;
    const side = sideOf(name, threshold, comparison);
    if (side === null) return [];
    const { bins, proposal, ...judged } = judgeMeasure(
      rows.map((row) => ({ value: row.value, isRight: isRight(row) })),
      side,
    );
    return [
      {
        ...{ cameraId: camera_id, cameraName: nameOf(camera_id), ruleId: rule_id, kind, measure: name, unit },
        ...{ side, current: threshold, ...judged, bins: [...bins] },
        proposal: proposal && { ...proposal, interval: [...proposal.interval] },
      },
    ];
  });
};

/** Null: a number that the rule holds against nothing cannot be proposed a threshold for. */
const sideOf = (name: string, threshold: number | null, comparison: string | null): Side | null => {
  if (name === SCORE) return 'above';
  if (threshold === null || comparison === null) return null;
  return comparison.startsWith('>') ? 'above' : comparison.startsWith('<') ? 'below' : null;
};

/** The last weeks of every rule: share of rejects and mean score. */
export const judgeDrift = async (
  db: Database,
  { until, weeks }: { readonly until: number; readonly weeks: number },
  cameraIds: readonly string[],
  nameOf: NameOf,
): Promise<DriftRow[]> => {
  if (cameraIds.length === 0) return [];
  const span = { after: until - weeks * 7 * 86_400_000, before: until };
  const scores = (await readMeasured(db, span, cameraIds)).filter(({ name }) => name === SCORE);
  const groups = grouped(scores, ({ camera_id, rule_id, kind }) => [camera_id, rule_id, kind].join(' '));
  return groups.map((rows): DriftRow => {
    const { camera_id, rule_id, kind } = rows[0]!;
    const found = driftOf(
      rows.map((row) => ({ at: row.at, isRight: isRight(row), score: row.value })),
      until,
      weeks,
    );
    return {
      ...{ cameraId: camera_id, cameraName: nameOf(camera_id), ruleId: rule_id, kind },
      ...{ weeks: [...found.weeks], changes: [...found.changes] },
    };
  });
};
