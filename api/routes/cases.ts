import { Type } from '@sinclair/typebox';
import { type EvidenceManifest, MANIFEST_FILE, SIGNATURE_FILE } from '../../pipeline/evidence.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { explain } from '../../pipeline/explanation.ts';
import { TIME_STAMP_FILE } from '../../pipeline/time-stamp.ts';
import { scopeOf } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import {
  CaseDetail,
  CaseList,
  CaseQuery,
  CaseSummary,
  ClaimResult,
  VerdictRequest,
  VerifyResult,
} from '../contract/cases.ts';
import type { CaseTable } from '../database/schema.ts';
import { readAuthorities } from '../../workers/storage/authorities.ts';
import { readTrustedKeys } from '../evidence/check-manifest.ts';
import { verifyStoredCase } from '../evidence/verify-case.ts';
import { clausesOf } from '../law.ts';
import { accountOf } from '../plugins/auth.ts';
import { HISTORY_ACTIONS, toCaseDetail } from '../repositories/case-detail.ts';
import { toCaseChange } from '../repositories/case-summary.ts';
import { visibleHistory } from '../repositories/second-review.ts';
import type { App } from './app.ts';
import { sendBytes } from './send-bytes.ts';
import { Views } from './views.ts';

/** Path of one case. */
export const CaseParams = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' }) });

export const registerCaseRoutes = (app: App, context: ApiContext): void => {
  const { audit, cases, claims, clock, live, paths, store, verdicts } = context;
  const views = new Views(audit, clock);
  const changed = async (row: CaseTable): Promise<void> => live.publishCase(toCaseChange(row));

  app.get(
    '/api/cases',
    {
      schema: {
        tags: ['cases'],
        summary: 'Cases, newest trigger first',
        querystring: CaseQuery,
        response: { 200: CaseList },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { plate, cursor } = request.query;
      const found = await cases.list(request.query, account);
      // Asking for somebody's plate is an act; the next page of the same answer is not another one.
      if (plate !== undefined && cursor === undefined)
        await audit.record({
          ...{ at: clock.now(), actor: account.username, action: 'cases.searched', target: null },
          detail: JSON.stringify({ plate, found: found.cases.length }),
        });
      return found;
    },
  );
  app.get(
    '/api/cases/:id',
    { schema: { tags: ['cases'], summary: 'One case', params: CaseParams, response: { 200: CaseDetail } } },
    async (request) => {
      const account = accountOf(request);
      const { id } = request.params;
      const row = await cases.get(id, scopeOf(account));
      const manifest = JSON.parse(await cases.manifest(id)) as EvidenceManifest;
      await views.record(account, 'case.viewed', id);
      return toCaseDetail({
        summary: cases.summary(row),
        manifest,
        manifestSha256: row.manifest_sha256,
        keyId: row.key_id,
        explanation: explain(manifest.event),
        law: clausesOf(manifest.event, context.config.site.timeZone),
        mergedInto: row.merged_into,
        merged: await context.sameAct.mergedInto(id),
        custody: await context.custody.of(row),
        notes: await context.procedure.notes(id),
        corrections: await context.plateCorrections.of(id),
        history: visibleHistory(await audit.history(id, HISTORY_ACTIONS), row, account.role),
      });
    },
  );
  app.get(
    '/api/cases/:id/files/*',
    {
      schema: {
        tags: ['cases'],
        summary: 'A sealed file of a case; byte ranges are answered',
        params: Type.Composite([CaseParams, Type.Object({ '*': Type.String() })]),
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { id, '*': path } = request.params;
      const row = await cases.get(id, scopeOf(account));
      const manifest = JSON.parse(await cases.manifest(id)) as EvidenceManifest;
      // Only what the manifest names can be read: there is no path to climb out of.
      const mediaType =
        manifest.files.find((file) => file.path === path)?.mediaType ??
        ([MANIFEST_FILE, SIGNATURE_FILE, TIME_STAMP_FILE].includes(path) ? 'application/json' : null);
      if (mediaType === null) throw new WatchpostError('NOT_FOUND', `Case "${id}" has no file "${path}"`);
      const key = `${row.prefix}/${path}`;
      const { bytes } = await store.stat(key).catch(async (error: unknown) => {
        await context.custody.checkThere(id);
        throw error;
      });
      await views.record(account, 'evidence.read', id, path);
      reply.header('cache-control', 'private, max-age=3600, immutable');
      return sendBytes(request, reply, { bytes, mediaType, open: (range) => store.open(key, range) });
    },
  );
  app.post(
    '/api/cases/:id/claim',
    {
      schema: {
        tags: ['cases'],
        summary: 'Take a case, or keep it longer',
        params: CaseParams,
        response: { 200: ClaimResult },
      },
    },
    async (request) => {
      const { row, leaseUntil } = await claims.claim(request.params.id, accountOf(request));
      await changed(row);
      return { leaseUntil };
    },
  );
  app.delete(
    '/api/cases/:id/claim',
    {
      schema: {
        tags: ['cases'],
        summary: 'Give an own claim back',
        params: CaseParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await changed(await claims.release(request.params.id, accountOf(request)));
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/api/cases/:id/verdict',
    {
      schema: {
        tags: ['cases'],
        summary: 'Decide a case that you hold',
        params: CaseParams,
        body: VerdictRequest,
        response: { 200: CaseSummary },
      },
    },
    async (request) => {
      const row = await verdicts.decide(request.params.id, accountOf(request), request.body);
      await changed(row);
      return cases.summary(row);
    },
  );
  app.delete(
    '/api/cases/:id/verdict',
    {
      schema: {
        tags: ['cases'],
        summary: 'Take an own verdict back within the grace time; the case is claimed again',
        params: CaseParams,
        response: { 200: CaseSummary },
      },
    },
    async (request) => {
      const row = await verdicts.undo(request.params.id, accountOf(request));
      await changed(row);
      return cases.summary(row);
    },
  );
  app.post(
    '/api/cases/:id/reopen',
    {
      schema: {
        tags: ['cases'],
        summary: 'Open a case again that nobody was sure of, for a supervisor to decide',
        params: CaseParams,
        response: { 200: CaseSummary },
      },
    },
    async (request) => {
      const row = await verdicts.reopen(request.params.id, accountOf(request));
      await changed(row);
      return cases.summary(row);
    },
  );
  app.post(
    '/api/cases/:id/verify',
    {
      schema: {
        tags: ['cases'],
        summary: 'Check the sealed files again, now',
        params: CaseParams,
        response: { 200: VerifyResult },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const row = await cases.get(request.params.id, scopeOf(account));
      await context.custody.checkThere(row.id);
      const result = await verifyStoredCase(store, {
        prefix: row.prefix,
        manifestSha256: row.manifest_sha256,
        trustedKeys: await readTrustedKeys(paths.keys),
        authorities: [...(await readAuthorities(paths.keys)).values()],
      });
      await audit.record({
        at: clock.now(),
        actor: account.username,
        action: 'case.verified',
        target: row.id,
        detail: JSON.stringify({ intact: result.intact, problems: result.problems.map(({ file }) => file) }),
      });
      return result;
    },
  );
};
