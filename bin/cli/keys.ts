import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { appendAudit } from '../../api/database/audit-log.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import { readPublishedKey, readTrustedKeys, toKeyId } from '../../api/evidence/check-manifest.ts';
import { rotateSigningKey } from '../../workers/storage/signing-key.ts';

/** Prints the ids of all keys that cases were sealed with. */
export const listKeys = async ({ data }: { readonly data: string }): Promise<number> => {
  const folder = join(data, 'keys');
  const current = (await readPublishedKey(folder))?.publicKey ?? null;
  for (const publicKey of await readTrustedKeys(folder))
    console.log(
      `${toKeyId(Buffer.from(publicKey, 'base64'))}  ${publicKey}${publicKey === current ? '  current' : ''}`,
    );
  return 0;
};

/**
 * New cases are sealed with a new key from now on; the system may run. The old private key is gone, its public key stays
 * so that what it sealed verifies. The change is written into the audit where there is a database.
 */
export const rotateKeys = async ({ data }: { readonly data: string }): Promise<number> => {
  const { before, after } = await rotateSigningKey(join(data, 'keys'));
  console.log(`cases are now sealed with key ${after}${before === null ? '' : `; key ${before} stays trusted`}`);
  console.log(`hand out ${join(data, 'keys', 'signing.pub')} to whoever checks cases`);
  const target = process.env['DATABASE_URL'] ?? join(data, 'watchpost.db');
  if (process.env['DATABASE_URL'] === undefined && !existsSync(target)) return 0;
  const db = await openDatabase(target);
  try {
    await db.transaction().execute((transaction) =>
      appendAudit(transaction, [
        {
          ...{ at: Date.now(), actor: 'system', action: 'key.rotated', target: after },
          detail: JSON.stringify({ before }),
        },
      ]),
    );
  } finally {
    await db.destroy();
  }
  return 0;
};
