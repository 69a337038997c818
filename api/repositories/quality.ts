import type { QualityRow } from '../contract/quality.ts';
import type { Database } from '../database/open-database.ts';

type Sums = Omit<QualityRow, 'cameraName' | 'reasons'> & { readonly reasons: Record<string, number> };

/** A case that was made to try something out says nothing about the machine. */
const TEST = 'test';

/**
 * Standing verdicts by camera and rule.
 * @param cameraIds cameras that the account may see
 * @param nameOf a camera's name for people
 */
export const countVerdicts = async (
  db: Database,
  { after, before }: { readonly after: number; readonly before: number },
  cameraIds: readonly string[],
  nameOf: (cameraId: string) => string,
): Promise<QualityRow[]> => {
  if (cameraIds.length === 0) return [];
  const counts = await db
    .selectFrom('labels')
    .select(({ fn }) => ['camera_id', 'rule_id', 'kind', 'label', 'reason', fn.countAll<number>().as('cases')])
    .where('at', '>=', after)
    .where('at', '<', before)
    .where('camera_id', 'in', [...cameraIds])
    .groupBy(['camera_id', 'rule_id', 'kind', 'label', 'reason'])
    .orderBy('camera_id')
    .orderBy('rule_id')
    .execute();
  const rows = new Map<string, Sums>();
  for (const { camera_id, rule_id, kind, label, reason, cases } of counts) {
    const key = `${camera_id} ${rule_id} ${kind}`;
    const old = rows.get(key) ?? {
      ...{ cameraId: camera_id, ruleId: rule_id, kind, confirmed: 0, exempt: 0, rejected: 0, unsure: 0 },
      reasons: {},
    };
    const isRejected = label === 'rejected';
    if (isRejected && reason !== null) old.reasons[reason] = (old.reasons[reason] ?? 0) + cases;
    rows.set(key, {
      ...old,
      confirmed: old.confirmed + (label === 'confirmed' ? cases : 0),
      exempt: old.exempt + (label === 'exempt' ? cases : 0),
      rejected: old.rejected + (isRejected && reason !== TEST ? cases : 0),
      unsure: old.unsure + (label === 'unsure' ? cases : 0),
    });
  }
  return [...rows.values()].map((row) => ({ ...row, cameraName: nameOf(row.cameraId) }));
};
