import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { type Account, scopeOf, seesGroup, seesKind } from '../accounts/account.ts';
import { parseGroups } from '../accounts/session-store.ts';
import type { Assignee } from '../contract/assignment.ts';
import type { Role } from '../contract/session.ts';
import { appendAudit } from '../database/audit-log.ts';
import type { Database } from '../database/open-database.ts';
import type { CaseTable } from '../database/schema.ts';

const WORKS_ON_CASES: readonly Role[] = ['operator', 'ranger', 'officer', 'supervisor', 'admin'];
/** Who may give a case to somebody else. */
const ASSIGNS: readonly Role[] = ['supervisor', 'admin'];

/** Who sees to a case. It keeps nobody else from deciding it: that is what claims are for. */
export class AssignmentRepository {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Active accounts that see this case and work on such, by name. */
  async candidates(row: Pick<CaseTable, 'camera_group' | 'kind'>): Promise<Assignee[]> {
    const users = await this.#db
      .selectFrom('users')
      .select(['username', 'display_name', 'role', 'groups'])
      .where('disabled', '=', 0)
      .where('role', 'in', WORKS_ON_CASES)
      .orderBy('username')
      .execute();
    return users
      .filter(({ role, groups }) => {
        const scope = scopeOf({ role, groups: parseGroups(groups) });
        return seesGroup(scope, row.camera_group) && seesKind(scope, row.kind);
      })
      .map(({ username, display_name }) => ({ username, displayName: display_name }));
  }

  /**
   * Gives the case to somebody, or to nobody. Supervisors and administrators give any; others take what nobody has, and
   * give back their own: one statement decides, so of two who take it one gets it.
   * @throws WatchpostError CASE_CONFLICT, FORBIDDEN, REQUEST_INVALID when that person cannot work on the case
   */
  async assign(row: CaseTable, { username, role }: Account, to: string | null): Promise<CaseTable> {
    const isFree = ASSIGNS.includes(role);
    if (!isFree && to !== null && to !== username)
      throw new WatchpostError(
        'FORBIDDEN',
        'A case is given to somebody else by a supervisor; you can take it yourself',
      );
    if (to !== null && !(await this.candidates(row)).some((one) => one.username === to))
      throw new WatchpostError(
        'REQUEST_INVALID',
        `body: username: "${to}" has no active account that works on this case`,
      );
    const now = this.#clock.now();
    const changed = await this.#db.transaction().execute(async (transaction) => {
      const assigned = await transaction
        .updateTable('cases')
        .set({ assigned_to: to })
        .where('id', '=', row.id)
        .$if(!isFree, (q) => q.where((eb) => eb.or([eb('assigned_to', 'is', null), eb('assigned_to', '=', username)])))
        .returningAll()
        .executeTakeFirst();
      if (assigned)
        await appendAudit(transaction, [
          { at: now, actor: username, action: 'case.assigned', target: row.id, detail: JSON.stringify({ to }) },
        ]);
      return assigned;
    });
    if (!changed) throw new WatchpostError('CASE_CONFLICT', `Somebody else sees to case "${row.id}"; ask a supervisor`);
    return changed;
  }
}
