import type { Kysely } from 'kysely';

/** Camera and kind together are what people look for most; without, a busy camera's cases are all read. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createIndex('cases_by_camera_and_kind')
    .on('cases')
    .columns(['camera_id', 'kind', 'trigger_at', 'id'])
    .execute();
};
