import type { Clock } from '../../pipeline/clock.ts';
import type { Account } from '../accounts/account.ts';
import type { AuditLog } from '../database/audit-log.ts';

/** A person who scrolls through a clip makes many requests and views it once. */
const SAME_VIEW_MS = 5 * 60_000;

/** Writes down who saw what; remembers it for a while, so that one viewing is one audit row. */
export class Views {
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #seen = new Map<string, number>();

  constructor(audit: AuditLog, clock: Clock) {
    this.#audit = audit;
    this.#clock = clock;
  }

  /** @param path of one file of the target */
  async record({ username, tokenHash }: Account, action: string, target: string, path?: string): Promise<void> {
    const key = `${tokenHash} ${action} ${target} ${path ?? ''}`;
    const at = this.#clock.now();
    if (!this.#isNew(key, at)) return;
    try {
      await this.#audit.record({ at, actor: username, action, target, detail: path ?? null });
    } catch (error) {
      this.#seen.delete(key);
      throw error;
    }
  }

  #isNew(key: string, now: number): boolean {
    const before = this.#seen.get(key);
    if (before !== undefined && now - before < SAME_VIEW_MS) return false;
    if (this.#seen.size > 10_000)
      for (const [old, at] of this.#seen) if (now - at >= SAME_VIEW_MS) this.#seen.delete(old);
    this.#seen.set(key, now);
    return true;
  }
}
