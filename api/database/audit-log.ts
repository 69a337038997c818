import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import { toCanonicalJson } from '../../pipeline/canonical-json.ts';
import type { AuditQuery, AuditRow, AuditVerdict } from '../contract/audit.ts';
import type { Database } from './open-database.ts';
import type { AuditTable, Tables } from './schema.ts';

/** What somebody did. `detail` is a short JSON or text; never a password, never a camera's URL. */
export type Act = {
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly target?: string | null;
  readonly detail?: string | null;
};

export const GENESIS = '0'.repeat(64);
const VERIFY_PAGE = 5_000;

type Entry = Omit<AuditTable, 'hash' | 'previous_hash'>;

/** SHA-256 over the previous row's hash and the canonical JSON [RFC 8785] of the row. */
export const auditHash = (previousHash: string, { seq, at, actor, action, target, detail }: Entry): string =>
  createHash('sha256')
    .update(previousHash)
    .update(toCanonicalJson({ seq, at, actor, action, target, detail }))
    .digest('hex');

/** Text as every database gives it back: a row must fit its hash whatever somebody typed. */
const toStorable = (text: string): string => text.replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD');

/**
 * Adds acts to the chain within the transaction that does them: either both happen or neither.
 * The update of the head row comes first, its lock puts writers of several API processes in order.
 */
export const appendAudit = async (transaction: Transaction<Tables>, acts: readonly Act[]): Promise<void> => {
  const last = acts.length;
  if (last === 0) return;
  const head = await transaction
    .updateTable('audit_head')
    .set((eb) => ({ seq: eb('seq', '+', last) }))
    .where('id', '=', 1)
    .returning(['seq', 'hash'])
    .executeTakeFirstOrThrow();
  let { hash } = head;
  const rows = acts.map(({ at, actor, action, target = null, detail = null }, index): AuditTable => {
    const text = {
      actor: toStorable(actor),
      target: target && toStorable(target),
      detail: detail && toStorable(detail),
    };
    const entry = { seq: head.seq - last + 1 + index, at, action, ...text };
    const row = { ...entry, previous_hash: hash, hash: auditHash(hash, entry) };
    hash = row.hash;
    return row;
  });
  await transaction.insertInto('audit').values(rows).execute();
  await transaction.updateTable('audit_head').set({ hash }).where('id', '=', 1).execute();
};

/**
 * The audit: append-only rows in a hash chain.
 *
 * `record` writes acts that have no transaction of their own, e.g. views of evidence. Acts that arrive while a write
 * is under way share the next one, so that a page of fifty thumbnails costs two or three commits and not fifty.
 */
export class AuditLog {
  readonly #db: Database;
  #waiting: { act: Act; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #writing = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Resolves once the act is on disk. */
  record(act: Act): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ act, resolve, reject });
      if (!this.#writing) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, 500);
      try {
        await this.#db.transaction().execute((transaction) =>
          appendAudit(
            transaction,
            group.map(({ act }) => act),
          ),
        );
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#writing = false;
  }

  /** The newest row. */
  head(): Promise<{ seq: number; hash: string }> {
    return this.#db.selectFrom('audit_head').select(['seq', 'hash']).where('id', '=', 1).executeTakeFirstOrThrow();
  }

  /** Newest first. */
  async list(query: AuditQuery): Promise<readonly AuditRow[]> {
    const { actor, action, target, after, before, beforeSeq, limit = 100 } = query;
    const rows = await this.#db
      .selectFrom('audit')
      .selectAll()
      .$if(actor !== undefined, (q) => q.where('actor', '=', actor!))
      .$if(action !== undefined, (q) => q.where('action', '=', action!))
      .$if(target !== undefined, (q) => q.where('target', '=', target!))
      .$if(after !== undefined, (q) => q.where('at', '>=', after!))
      .$if(before !== undefined, (q) => q.where('at', '<', before!))
      .$if(beforeSeq !== undefined, (q) => q.where('seq', '<', beforeSeq!))
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map(({ previous_hash, ...row }) => ({ ...row, previousHash: previous_hash }));
  }

  /** Acts on one target with one of the given names, oldest first, at most 500. */
  history(target: string, actions: readonly string[]): Promise<readonly AuditTable[]> {
    return this.#db
      .selectFrom('audit')
      .selectAll()
      .where('target', '=', target)
      .where('action', 'in', [...actions])
      .orderBy('seq', 'asc')
      .limit(500)
      .execute();
  }

  /** Computes the whole chain again, page by page. A changed, missing or added row breaks it, and so does a cut end. */
  async verify(): Promise<AuditVerdict> {
    const head = await this.head();
    let seq = 0;
    let hash = GENESIS;
    const broken = (brokenAt: number, problem: string): AuditVerdict => ({
      intact: false,
      rows: seq,
      head: head.hash,
      brokenAt,
      problem,
    });
    while (seq < head.seq) {
      const page = await this.#db
        .selectFrom('audit')
        .selectAll()
        .where('seq', '>', seq)
        .where('seq', '<=', head.seq)
        .orderBy('seq', 'asc')
        .limit(VERIFY_PAGE)
        .execute();
      if (page.length === 0) return broken(seq + 1, `rows ${seq + 1} to ${head.seq} are missing`);
      for (const row of page) {
        if (row.seq !== seq + 1) return broken(seq + 1, `row ${seq + 1} is missing`);
        if (row.previous_hash !== hash) return broken(row.seq, `row ${row.seq} does not follow the row before it`);
        if (auditHash(hash, row) !== row.hash) return broken(row.seq, `row ${row.seq} was changed`);
        ({ seq, hash } = row);
      }
    }
    if (hash !== head.hash) return broken(seq, `row ${seq} is not the newest one`);
    const surplus = await this.#db.selectFrom('audit').select('seq').where('seq', '>', head.seq).executeTakeFirst();
    // A row above the head we read may simply be newer; one above today's head cannot be.
    if (surplus) {
      const now = await this.head();
      if (surplus.seq > now.seq) return broken(surplus.seq, `row ${surplus.seq} stands outside the chain`);
    }
    return { intact: true, rows: seq, head: head.hash, brokenAt: null, problem: null };
  }
}
