import { Type } from '@sinclair/typebox';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import { scopeOf } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import { EvidenceLink, LinkRequest } from '../contract/exports.ts';
import { Links } from '../evidence/links.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';
import { CaseParams } from './cases.ts';
import { sendBytes } from './send-bytes.ts';

const DEFAULT_MINUTES = 5;
const MINUTE_MS = 60_000;

/** Files of cases for programs without an account: a player, another unit's system. Each link opens one file, for minutes. */
export const registerLinkRoutes = (app: App, { audit, cases, clock, custody, store }: ApiContext): void => {
  const links = new Links();

  app.post(
    '/api/cases/:id/links',
    {
      schema: {
        tags: ['cases'],
        summary: 'An address under which whoever has it reads one sealed file for some minutes',
        params: CaseParams,
        body: LinkRequest,
        response: { 201: EvidenceLink },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { path, minutes = DEFAULT_MINUTES, purpose = '' } = request.body;
      const row = await cases.get(request.params.id, scopeOf(account));
      await custody.checkThere(row.id);
      const manifest = JSON.parse(await cases.manifest(row.id)) as EvidenceManifest;
      const file = manifest.files.find((each) => each.path === path);
      if (!file) throw new WatchpostError('NOT_FOUND', `Case "${row.id}" has no file "${path}"`);
      const at = clock.now();
      const expiresAt = at + minutes * MINUTE_MS;
      const own = { caseId: row.id, path, by: account.username, expiresAt };
      const url = (await store.link(`${row.prefix}/${path}`, minutes * 60)) ?? `/api/links/${links.add(own, at)}`;
      const detail = JSON.stringify({ path, purpose, expiresAt });
      await audit.record({ at, actor: account.username, action: 'evidence.linked', target: row.id, detail });
      return reply
        .code(201)
        .send({ url, expiresAt, mediaType: file.mediaType, bytes: file.bytes, sha256: file.sha256 });
    },
  );

  app.get(
    '/api/links/:token',
    {
      schema: {
        tags: ['cases'],
        summary: 'The file that a link opens; byte ranges are answered',
        params: Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) }),
      },
      config: { rateLimit: { max: 120, timeWindow: MINUTE_MS } },
    },
    async (request, reply) => {
      const at = clock.now();
      const linked = links.read(request.params.token, at);
      if (!linked) throw new WatchpostError('NOT_FOUND', 'This link is over, or never was; ask for another one');
      const { caseId, path, by, isNewView } = linked;
      const row = await cases.get(caseId, { groups: null, kinds: null });
      const manifest = JSON.parse(await cases.manifest(caseId)) as EvidenceManifest;
      const mediaType = manifest.files.find((file) => file.path === path)?.mediaType ?? 'application/octet-stream';
      const key = `${row.prefix}/${path}`;
      await custody.checkThere(caseId);
      const { bytes } = await store.stat(key);
      const detail = JSON.stringify({ path, linkBy: by, from: request.ip });
      if (isNewView) await audit.record({ at, actor: 'link', action: 'evidence.read', target: caseId, detail });
      reply.header('cache-control', 'private, no-store');
      return sendBytes(request, reply, { bytes, mediaType, open: (range) => store.open(key, range) });
    },
  );
};
