import type { Selectable, Transaction } from 'kysely';
import type { Passage } from '../../pipeline/passages/passage.ts';
import type { LivePlate } from '../contract/live.ts';
import { plateSymbols, spellings } from '../../pipeline/passages/plate-pattern.ts';
import type { Database } from '../database/open-database.ts';
import type { PassageTable, Tables } from '../database/schema.ts';

/** What a plate less probably says is of no use to anybody who looks for it. */
const LEAST_PROBABILITY = 0.05;
const MOST_CANDIDATES = 4;
/** Vehicles of half an hour on a full street. */
const MOST_PLATES = 5_000;

export type PassagePlate = { readonly symbols: string; readonly probability: number };

/** What a passage can be found by, best first; each text once. */
export const platesOf = ({ plate, candidates }: Passage): readonly PassagePlate[] => {
  const found = new Map<string, number>();
  if (plate) found.set(plateSymbols(plate.text), plate.confidence);
  for (const { text, probability } of candidates) {
    const symbols = plateSymbols(text);
    if (probability >= LEAST_PROBABILITY && !found.has(symbols)) found.set(symbols, probability);
  }
  return [...found].slice(0, MOST_CANDIDATES).map(([symbols, probability]) => ({ symbols, probability }));
};

/** The passages of all cameras, each once by its id. */
export class PassageRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @returns those that were new, in the order given */
  async add(passages: readonly Passage[]): Promise<readonly Passage[]> {
    if (passages.length === 0) return [];
    return this.#db.transaction().execute(async (transaction) => {
      const fresh: Passage[] = [];
      for (const passage of passages) if (await insert(transaction, passage)) fresh.push(passage);
      return fresh;
    });
  }

  /** @param cameraIds that the account may see; null = all */
  async get(id: string, cameraIds: readonly string[] | null): Promise<Selectable<PassageTable> | null> {
    const row = await this.#db.selectFrom('passages').selectAll().where('id', '=', id).executeTakeFirst();
    return row && (cameraIds === null || cameraIds.includes(row.camera_id)) ? row : null;
  }

  /** Plates that were read on a camera, by the tracks that carried them. */
  async platesOn(cameraId: string, after: number, before: number): Promise<LivePlate[]> {
    const rows = await this.#db
      .selectFrom('passages')
      .select('json')
      .where('camera_id', '=', cameraId)
      .where('at', '>=', after)
      .where('at', '<', before)
      .where('plate', 'is not', null)
      .orderBy('at')
      .limit(MOST_PLATES)
      .execute();
    return rows.flatMap(({ json }) => {
      const { sessionId, trackId, plate } = JSON.parse(json) as Passage;
      return plate && sessionId !== undefined && trackId !== undefined
        ? [{ cameraId, sessionId, trackId, text: plate.text }]
        : [];
    });
  }

  /** The oldest passages of a camera before an instant, to be removed. `null`: of cameras other than the known ones. */
  async oldest(
    of: { readonly cameraId: string } | { readonly cameraIdNot: readonly string[] },
    before: number,
    limit: number,
  ): Promise<readonly Pick<PassageTable, 'id' | 'json'>[]> {
    return this.#db
      .selectFrom('passages')
      .select(['id', 'json'])
      .where('at', '<', before)
      .$if('cameraId' in of, (q) => q.where('camera_id', '=', 'cameraId' in of ? of.cameraId : ''))
      .$if('cameraIdNot' in of && of.cameraIdNot.length > 0, (q) =>
        q.where('camera_id', 'not in', 'cameraIdNot' in of ? [...of.cameraIdNot] : []),
      )
      .orderBy('at')
      .limit(limit)
      .execute();
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#db.transaction().execute(async (transaction) => {
      const rows = await transaction
        .deleteFrom('passages')
        .where('id', 'in', [...ids])
        .returning(['seq', 'at'])
        .execute();
      // By time first: that is what the index is in order of.
      for (const { seq, at } of rows)
        await transaction.deleteFrom('passage_plates').where('at', '=', at).where('passage_seq', '=', seq).execute();
    });
  }
}

const insert = async (transaction: Transaction<Tables>, passage: Passage): Promise<boolean> => {
  const { id, cameraId, at, className, colour, plate } = passage;
  const plates = platesOf(passage);
  const [reading] = plates;
  const firstHere = plate && reading ? await isFirstHere(transaction, reading.symbols, cameraId, at) : false;
  const inserted = await transaction
    .insertInto('passages')
    .values({
      ...{ id, at, colour },
      camera_id: cameraId,
      class_name: className,
      plate: plate?.text ?? null,
      confidence: plate?.confidence ?? null,
      grade: plate?.grade ?? null,
      first_here: firstHere ? 1 : 0,
      json: JSON.stringify(passage),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('seq')
    .executeTakeFirst();
  if (!inserted) return false;
  if (plates.length === 0) return true;
  await transaction
    .insertInto('passage_plates')
    .values(
      plates.map(({ symbols, probability }, index) => ({
        passage_seq: inserted.seq,
        // Without a reading even the best candidate is only one.
        rank: plate ? index : index + 1,
        ...{ ...spellings(symbols), probability, at, colour },
        camera_id: cameraId,
        class_name: className,
        first_here: firstHere ? 1 : 0,
      })),
    )
    .execute();
  return true;
};

const isFirstHere = async (
  transaction: Transaction<Tables>,
  symbols: string,
  cameraId: string,
  at: number,
): Promise<boolean> => {
  const earlier = await transaction
    .selectFrom('passage_plates')
    .select('passage_seq')
    .where('symbols', '=', symbols)
    .where('rank', '=', 0)
    .where('camera_id', '=', cameraId)
    .where('at', '<', at)
    .limit(1)
    .executeTakeFirst();
  return earlier === undefined;
};
