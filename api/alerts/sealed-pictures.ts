import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import type { ApiContext } from '../context.ts';

/** A picture of a case as it was sealed. */
export type AlertPicture = { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array };

/** Evidence is sealed some seconds after the confirmation; a mail waits for it so long, and goes without it then. */
const WAIT_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
/** The pictures that show what was seen, and when: before, at and after the trigger; of smoke, how it grew. */
const ROLES: readonly string[] = ['still-at', 'still-before', 'still-after', 'plume-crop'];
/** Mail servers refuse more. */
const MOST_BYTES = 8 * 1024 * 1024;
/** The channel was given to these alerts by whoever configured it; nobody's scope narrows it. */
const EVERYTHING = { groups: null, kinds: null } as const;

/**
 * The pictures of an alert's case, once it is in review; none where it does not come.
 * @param announcedAt when the alert was first told, from which the wait is counted
 */
export const sealedPictures = async (
  { cases, clock, store }: Pick<ApiContext, 'cases' | 'clock' | 'store'>,
  caseId: string,
  announcedAt: number,
): Promise<readonly AlertPicture[]> => {
  for (;;) {
    if (await cases.has(caseId)) {
      const { prefix } = await cases.get(caseId, EVERYTHING);
      return read(prefix, JSON.parse(await cases.manifest(caseId)) as EvidenceManifest, store);
    }
    if (clock.now() - announcedAt >= WAIT_MS) return [];
    await clock.sleep(LOOK_EVERY_MS);
  }
};

const read = async (
  prefix: string,
  { files }: EvidenceManifest,
  store: ApiContext['store'],
): Promise<readonly AlertPicture[]> => {
  const pictures: AlertPicture[] = [];
  let left = MOST_BYTES;
  for (const file of ROLES.flatMap((role) => files.filter((one) => one.role === role))) {
    if (file.bytes > left) continue;
    left -= file.bytes;
    const bytes = await store.get(`${prefix}/${file.path}`);
    pictures.push({ name: file.path.replaceAll('/', '-'), mediaType: file.mediaType, bytes });
  }
  return pictures;
};
