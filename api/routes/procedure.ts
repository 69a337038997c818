import { WatchpostError } from '../../pipeline/errors.ts';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import { scopeOf } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import { CaseSummary } from '../contract/cases.ts';
import {
  Agreement,
  AgreementQuery,
  BulkRequest,
  BulkResult,
  MissedAct,
  MissedList,
  MissedQuery,
  MissedRequest,
  Note,
  NoteRequest,
  PlateCorrection,
  PlateCorrectionRequest,
  StatusRequest,
} from '../contract/procedure.ts';
import type { CaseTable } from '../database/schema.ts';
import { vodPlaylist } from '../live/vod-playlist.ts';
import { accountOf } from '../plugins/auth.ts';
import { toCaseChange } from '../repositories/case-summary.ts';
import { checkMissedKind } from '../repositories/missed.ts';
import { checkReason } from '../repositories/verdict-reason.ts';
import type { App } from './app.ts';
import { visibleCamera } from './cameras.ts';
import { CaseParams } from './cases.ts';

/** What happens to cases beside the verdict: the legal procedure, notes, many at once, and acts that no rule saw. */
export const registerProcedureRoutes = (app: App, context: ApiContext): void => {
  const { cases, claims, live, missed, paths, plateCorrections, procedure, verdicts } = context;
  const changed = async (row: CaseTable): Promise<void> => live.publishCase(toCaseChange(row));

  app.post(
    '/api/cases/:id/status',
    {
      schema: {
        tags: ['procedure'],
        summary: 'Move a verified case on: owner identified, notified, published, settled or cancelled',
        params: CaseParams,
        body: StatusRequest,
        response: { 200: CaseSummary },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { id } = request.params;
      await cases.get(id, scopeOf(account));
      const row = await procedure.move(id, account, request.body);
      await changed(row);
      return cases.summary(row);
    },
  );
  app.post(
    '/api/cases/:id/notes',
    {
      schema: {
        tags: ['procedure'],
        summary: 'Write a note on a case; notes are never changed or removed',
        params: CaseParams,
        body: NoteRequest,
        response: { 201: Note },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { id } = request.params;
      await cases.get(id, scopeOf(account));
      return reply.code(201).send(await procedure.addNote(id, account.username, request.body.text));
    },
  );
  app.post(
    '/api/cases/:id/plate',
    {
      schema: {
        tags: ['procedure'],
        summary: 'Say what a plate of the case reads; the sealed reading of the machine stays beside it',
        params: CaseParams,
        body: PlateCorrectionRequest,
        response: { 201: PlateCorrection },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { id } = request.params;
      await cases.get(id, scopeOf(account));
      const manifest = JSON.parse(await cases.manifest(id)) as EvidenceManifest;
      return reply.code(201).send(await plateCorrections.add(id, account.username, request.body, manifest));
    },
  );
  app.post(
    '/api/cases/bulk',
    {
      schema: {
        tags: ['procedure'],
        summary: 'Reject, exempt or set aside many open cases with one reason; each is claimed and decided by itself',
        body: BulkRequest,
        response: { 200: BulkResult },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { ids, ...verdict } = request.body;
      // Before anything is claimed.
      checkReason(verdict.verdict, verdict.reason);
      const results: BulkResult['results'] = [];
      for (const id of new Set(ids)) {
        try {
          await claims.claim(id, account);
          await changed(await verdicts.decide(id, account, verdict));
          results.push({ id, done: true, code: null, detail: null });
        } catch (error) {
          if (!(error instanceof WatchpostError)) throw error;
          results.push({ id, done: false, code: error.code, detail: error.message });
        }
      }
      return { results };
    },
  );
  app.get(
    '/api/reviews/agreement',
    {
      schema: {
        tags: ['procedure'],
        summary: 'How often the blind second review agreed with the first',
        querystring: AgreementQuery,
        response: { 200: Agreement },
      },
    },
    async (request) => procedure.agreement(request.query, scopeOf(accountOf(request))),
  );
  app.post(
    '/api/missed',
    {
      schema: {
        tags: ['procedure'],
        summary: 'Report an act on a recorded moment that no rule reported',
        body: MissedRequest,
        response: { 201: MissedAct },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { cameraId, at } = request.body;
      const camera = visibleCamera(context, account, cameraId);
      checkMissedKind(request.body.kind, scopeOf(account));
      // Without a recording nobody can ever check the report or learn from it.
      if ((await vodPlaylist({ folder: paths.camera(camera.id), from: at - 1, to: at + 1 })) === null)
        throw new WatchpostError('NOT_FOUND', 'Nothing was recorded at this instant, or it was removed');
      return reply.code(201).send(await missed.add(request.body, camera.group, account.username));
    },
  );
  app.get(
    '/api/missed',
    {
      schema: {
        tags: ['procedure'],
        summary: 'Acts that people reported and no rule saw, newest first',
        querystring: MissedQuery,
        response: { 200: MissedList },
      },
    },
    async (request) => ({ missed: await missed.list(request.query, scopeOf(accountOf(request))) }),
  );
};
