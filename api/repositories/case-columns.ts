/** A case that nobody holds, as columns. */
export const UNCLAIMED = { state: 'pending', claimed_by: null, claimed_at: null, lease_until: null } as const;

/** A case that nobody has decided, as columns. */
export const NO_VERDICT = { verdict_by: null, verdict_at: null, verdict_reason: null, verdict_note: null } as const;

/** A case of a kind that ends with its verdict, as columns. */
export const NO_PROCEDURE = { status: null, status_at: null, due_at: null, due_for: null } as const;
