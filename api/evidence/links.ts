import { randomBytes } from 'node:crypto';

export type LinkedFile = {
  readonly caseId: string;
  /** Among the case's files. */
  readonly path: string;
  readonly by: string;
  /** Epoch ms. */
  readonly expiresAt: number;
};

/** A player that scrolls through a clip makes many requests and views it once. */
const SAME_VIEW_MS = 5 * 60_000;
/** More at a time than a site hands out; beyond, those that end first go. */
const MOST = 10_000;

/**
 * Links to single files of cases, for stores that have no door of their own. They live in memory, for minutes: a restart
 * ends them a little early.
 */
export class Links {
  readonly #open = new Map<string, LinkedFile & { viewedAt: number }>();

  /** @returns the secret part of the address: 256 bits */
  add(file: LinkedFile, now: number): string {
    for (const [token, { expiresAt }] of this.#open) if (expiresAt <= now) this.#open.delete(token);
    const [first] = this.#open.keys();
    if (this.#open.size >= MOST && first !== undefined) this.#open.delete(first);
    const token = randomBytes(32).toString('base64url');
    this.#open.set(token, { ...file, viewedAt: -Infinity });
    return token;
  }

  /** @returns null for one that never was or whose time is over; `isNewView`: not seen in the last minutes */
  read(token: string, now: number): (LinkedFile & { readonly isNewView: boolean }) | null {
    const found = this.#open.get(token);
    if (!found || found.expiresAt <= now) return null;
    const isNewView = now - found.viewedAt >= SAME_VIEW_MS;
    if (isNewView) found.viewedAt = now;
    return { ...found, isNewView };
  }
}
