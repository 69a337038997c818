import { Type } from '@sinclair/typebox';
import { WatchpostError } from '../../pipeline/errors.ts';
import { withoutDiacritics } from '../../pipeline/fire/short-alert.ts';
import type { Passage } from '../../pipeline/passages/passage.ts';
import { parsePattern, plateSymbols } from '../../pipeline/passages/plate-pattern.ts';
import { legsOf } from '../../pipeline/passages/travel.ts';
import { type Account, scopeOf } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import {
  PassageFeed,
  PassageFeedRequest,
  PassageList,
  PassageSearch,
  PassageView,
  Trace,
  TraceRequest,
  type WatchList,
} from '../contract/passages.ts';
import type { WatchEntryTable } from '../database/schema.ts';
import { accountOf } from '../plugins/auth.ts';
import { toRecognitionEvent } from '../recognition-event.ts';
import {
  firstSeqFrom,
  type FoundPassage,
  passagesFrom,
  searchPassages,
  tracePlate,
} from '../repositories/passage-search.ts';
import type { App } from './app.ts';
import { visibleCamera, visibleCameras } from './cameras.ts';
import { sendBytes } from './send-bytes.ts';
import { Views } from './views.ts';

const DEFAULT_SPAN_MS = 30 * 24 * 3_600_000;
const DEFAULT_LIMIT = 50;
/** A vehicle on a trace; a taxi passes so often in a week. */
const LONGEST_TRACE = 500;
/** Less probable readings would draw other vehicles' ways into a trace. */
const TRACE_PROBABILITY = 0.5;

export const PassageParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{26}$' }) });
const PictureParams = Type.Object({
  id: PassageParams.properties.id,
  picture: Type.Union([Type.Literal('vehicle.jpg'), Type.Literal('plate.jpg')]),
});

const LEAST_PURPOSE = 5;
const LONGEST_PURPOSE = 500;

/**
 * What a program looks at one passage for, for the audit: a person has said so in the search before it.
 * @throws WatchpostError REQUEST_INVALID when a token's request does not say
 */
const purposeOf = ({ tokenScopes }: Account, header: string | string[] | undefined): string | undefined => {
  if (tokenScopes === null) return undefined;
  const purpose = typeof header === 'string' ? header.trim() : '';
  if (purpose.length >= LEAST_PURPOSE && purpose.length <= LONGEST_PURPOSE) return JSON.stringify({ purpose });
  throw new WatchpostError(
    'REQUEST_INVALID',
    `x-watchpost-purpose: a program says in this header what it looks at a passage for, in ${LEAST_PURPOSE} to ${LONGEST_PURPOSE} characters`,
  );
};

/** Cameras whose passages an account may see; null = all, those no longer configured included. */
export const searchableCameras = (context: ApiContext, account: Account): readonly string[] | null =>
  scopeOf(account).groups === null ? null : visibleCameras(context, account).map(({ id }) => id);

/** As people type places. */
const folded = (text: string): string => withoutDiacritics(text).toLowerCase();

const camerasAt = (context: ApiContext, account: Account, place: string): readonly string[] =>
  visibleCameras(context, account)
    .filter((camera) => folded(`${camera.name}\n${camera.place}\n${camera.group}`).includes(folded(place.trim())))
    .map(({ id }) => id);

const toCursor = (next: { readonly at: number; readonly seq: number } | null): string | null =>
  next && Buffer.from(JSON.stringify([next.at, next.seq])).toString('base64url');

const fromCursor = (cursor: string | undefined): { at: number; seq: number } | null => {
  if (cursor === undefined) return null;
  try {
    const [at, seq] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (Number.isFinite(at) && Number.isSafeInteger(seq)) return { at: at as number, seq: seq as number };
  } catch {
    // Said below.
  }
  throw new WatchpostError('REQUEST_INVALID', 'cursor: is not the `nextCursor` of a page');
};

/** A feed's cursor is the number of the next passage to be told. */
const toSeq = (cursor: string): number => {
  const seq = Number(cursor);
  if (/^\d{1,15}$/.test(cursor) && seq > 0) return seq;
  throw new WatchpostError('REQUEST_INVALID', 'cursor: is not the `nextCursor` of a feed');
};

const toView = (
  { cameras }: ApiContext,
  { row, fit }: FoundPassage,
  entries: ReadonlyMap<string, readonly WatchEntryTable[]>,
): PassageView => {
  const passage = JSON.parse(row.json) as Passage;
  const { id, cameraId, at, className, lane, direction, colour, plate, unread, candidates } = passage;
  const camera = cameras.get(cameraId);
  const lists = plate ? (entries.get(plateSymbols(plate.text)) ?? []) : [];
  return {
    ...{ id, cameraId, at, className, lane, direction, colour, unread, candidates, fit },
    cameraName: camera?.name || cameraId,
    place: camera?.place ?? '',
    plate: plate && {
      ...{ text: plate.text, confidence: plate.confidence, grade: plate.grade },
      ...{ characters: plate.characters, doubts: plate.doubts },
    },
    firstHere: row.first_here === 1,
    vehicleUrl: passage.vehicleCrop === null ? null : `/api/passages/${id}/vehicle.jpg`,
    plateUrl: passage.plateCrop === null ? null : `/api/passages/${id}/plate.jpg`,
    lists: lists.map(({ list, reason }) => ({ reason, list: list as WatchList })),
  };
};

const toViews = async (context: ApiContext, found: readonly FoundPassage[]): Promise<PassageView[]> => {
  const entries = await context.watch.of(
    found.flatMap(({ row }) => (row.plate === null ? [] : plateSymbols(row.plate))),
  );
  return found.map((one) => toView(context, one, entries));
};

export const registerPassageRoutes = (app: App, context: ApiContext): void => {
  const { audit, clock, db, passages, store } = context;
  const views = new Views(audit, clock);
  const read = async (account: Account, id: string): Promise<FoundPassage> => {
    const row = await passages.get(id, searchableCameras(context, account));
    if (!row) throw new WatchpostError('NOT_FOUND', `No passage "${id}"; it may have expired`);
    return { row, fit: null };
  };

  app.post(
    '/api/passages/search',
    {
      schema: {
        tags: ['passages'],
        summary: 'Vehicles that passed, by plate, class, colour, place and time; newest first',
        body: PassageSearch,
        response: { 200: PassageList },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { purpose, plate, similar = false, className, colour, cameraId, place, ...rest } = request.body;
      const { after = clock.now() - DEFAULT_SPAN_MS, before = clock.now() + 1 } = rest;
      const { limit = DEFAULT_LIMIT, firstHere = false, cursor } = rest;
      const pattern = plate === undefined ? null : parsePattern(plate);
      const from = fromCursor(cursor);
      const cameraIds =
        cameraId !== undefined
          ? [visibleCamera(context, account, cameraId).id]
          : place !== undefined
            ? camerasAt(context, account, place)
            : searchableCameras(context, account);
      const page = await searchPassages(db, {
        ...{ pattern, similar, firstHere, after, before, limit, cameraIds, cursor: from },
        ...{ className: className ?? null, colour: colour ?? null },
      });
      const asked = { purpose, plate, similar, className, colour, cameraId, place, firstHere, after, before };
      await audit.record({
        ...{ at: clock.now(), actor: account.username, action: 'passages.searched' },
        detail: JSON.stringify({ ...asked, found: page.found.length, further: cursor !== undefined }),
      });
      return { passages: await toViews(context, page.found), nextCursor: toCursor(page.next) };
    },
  );

  app.post(
    '/api/passages/feed',
    {
      schema: {
        tags: ['passages'],
        summary: 'Every passage once, oldest first, for programs: in the shape of Plate Recognizer’s webhook',
        body: PassageFeedRequest,
        response: { 200: PassageFeed },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { purpose, after = clock.now(), limit = DEFAULT_LIMIT, cursor } = request.body;
      const seq = cursor === undefined ? await firstSeqFrom(db, after) : toSeq(cursor);
      const rows = await passagesFrom(db, { seq, limit, cameraIds: searchableCameras(context, account) });
      // Asking and being told nothing is no look at anybody.
      if (rows.length > 0)
        await audit.record({
          ...{ at: clock.now(), actor: account.username, action: 'passages.fed' },
          detail: JSON.stringify({ purpose, from: seq, found: rows.length }),
        });
      const { timeZone } = context.config.site;
      return {
        events: rows.map(({ json }) => toRecognitionEvent(JSON.parse(json) as Passage, timeZone)),
        nextCursor: String((rows.at(-1)?.seq ?? seq - 1) + 1),
      };
    },
  );

  app.post(
    '/api/passages/trace',
    {
      schema: {
        tags: ['passages'],
        summary: 'Where a plate was seen, oldest first, and whether one vehicle can have driven so',
        body: TraceRequest,
        response: { 200: Trace },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { purpose, plate, after = clock.now() - DEFAULT_SPAN_MS, before = clock.now() + 1 } = request.body;
      const pattern = parsePattern(plate);
      if (!pattern.isWhole)
        throw new WatchpostError('REQUEST_INVALID', 'plate: a trace needs a whole plate; search for it first');
      const found = await tracePlate(db, {
        ...{ symbols: pattern.text, leastProbability: TRACE_PROBABILITY, after, before, limit: LONGEST_TRACE },
        cameraIds: searchableCameras(context, account),
      });
      await audit.record({
        ...{ at: clock.now(), actor: account.username, action: 'passages.traced' },
        detail: JSON.stringify({ purpose, plate, after, before, found: found.length }),
      });
      const list = await toViews(context, found);
      const locationOf = (id: string) => context.cameras.get(id)?.location ?? null;
      const legs = legsOf(list.map(({ cameraId, at }) => ({ cameraId, at, location: locationOf(cameraId) })));
      return {
        ...{ symbols: pattern.text, passages: list, legs: [...legs], truncated: found.length === LONGEST_TRACE },
        cameras: [...new Map(list.map(({ cameraId, cameraName }) => [cameraId, cameraName]))].map(([id, name]) => ({
          ...{ id, name, location: locationOf(id) },
        })),
      };
    },
  );

  app.get(
    '/api/passages/:id',
    {
      schema: { tags: ['passages'], summary: 'One passage', params: PassageParams, response: { 200: PassageView } },
    },
    async (request) => {
      const account = accountOf(request);
      const purpose = purposeOf(account, request.headers['x-watchpost-purpose']);
      const found = await read(account, request.params.id);
      await views.record(account, 'passage.viewed', found.row.id, purpose);
      const [view] = await toViews(context, [found]);
      return view!;
    },
  );

  app.get(
    '/api/passages/:id/:picture',
    { schema: { tags: ['passages'], summary: 'Picture of the vehicle, or of its plate', params: PictureParams } },
    async (request, reply) => {
      const account = accountOf(request);
      const { id, picture } = request.params;
      const purpose = purposeOf(account, request.headers['x-watchpost-purpose']);
      const { row } = await read(account, id);
      const { vehicleCrop, plateCrop } = JSON.parse(row.json) as Passage;
      const key = picture === 'plate.jpg' ? plateCrop : vehicleCrop;
      if (key === null) throw new WatchpostError('NOT_FOUND', `Passage "${id}" has no ${picture}`);
      const { bytes } = await store.stat(key);
      await views.record(account, 'passage.viewed', id, purpose);
      reply.header('cache-control', 'private, max-age=3600');
      return sendBytes(request, reply, { bytes, mediaType: 'image/jpeg', open: (range) => store.open(key, range) });
    },
  );
};
