import { type ExpressionBuilder, sql, type SqlBool } from 'kysely';
import type { Scope } from '../accounts/account.ts';
import type { Tables } from '../database/schema.ts';

/** Only cases that the account may see. */
export const inScope = (eb: ExpressionBuilder<Tables, 'cases'>, { groups, kinds }: Scope) => {
  const conditions = [];
  if (groups !== null)
    conditions.push(groups.length > 0 ? eb('cases.camera_group', 'in', [...groups]) : sql<SqlBool>`1 = 0`);
  if (kinds !== null) conditions.push(eb('cases.kind', 'in', [...kinds]));
  return conditions.length > 0 ? eb.and(conditions) : sql<SqlBool>`1 = 1`;
};
