import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { toCanonicalJson } from '../../pipeline/canonical-json.ts';
import { Type } from '@sinclair/typebox';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { explain } from '../../pipeline/explanation.ts';
import { openSigner, type Signer } from '../../workers/storage/signer.ts';
import { readSigningKey } from '../../workers/storage/signing-key.ts';
import { scopeOf } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import { ExportQuery, PublicKeys } from '../contract/exports.ts';
import { readAuthorities } from '../../workers/storage/authorities.ts';
import { readPublishedKey, readTrustedKeys, toKeyId } from '../evidence/check-manifest.ts';
import { verifyStoredCase } from '../evidence/verify-case.ts';
import { exportCase } from '../export/export-case.ts';
import { clausesOf } from '../law.ts';
import { whenMissing } from '../../workers/storage/missing-file.ts';
import type { CaseTable } from '../database/schema.ts';
import { subjectPlates } from '../export/record-fields.ts';
import { recordPdf } from '../export/record-pdf.ts';
import { zipStream } from '../export/zip-stream.ts';
import { redactCase, REDACTION_FILE, REDACTION_SIGNATURE_FILE } from '../redaction/redact-case.ts';
import { accountOf } from '../plugins/auth.ts';
import { HISTORY_ACTIONS } from '../repositories/case-detail.ts';
import { visibleHistory } from '../repositories/second-review.ts';
import type { App } from './app.ts';
import { CaseParams } from './cases.ts';

/** PEM files of every key that cases were sealed with, by name. */
const readPublicKeys = async (keysDir: string): Promise<ReadonlyMap<string, string>> => {
  const names = (await readdir(keysDir).catch(whenMissing([]))).filter((name) => name.endsWith('.pub'));
  const pems = await Promise.all(names.map((name) => readFile(join(keysDir, name), 'utf8')));
  return new Map(names.map((name, index) => [name, pems[index]!]));
};

export const registerExportRoutes = (app: App, context: ApiContext, options: { readonly playerDir: string }): void => {
  const { audit, cases, clock, config, custody, paths, plateCorrections, procedure, store } = context;
  const verifyFile = join(options.playerDir, 'verify.html');

  const outside = config.evidence.signing ? openSigner(paths.keys, config.evidence.signing) : null;
  /** Null where evidence is sealed on other machines. */
  const ownSigner = async (): Promise<Signer | null> =>
    outside ?? ((await readSigningKey(paths.keys)) ? openSigner(paths.keys) : null);
  /** The key in use, where this machine can say. */
  const currentKey = async (): Promise<{ readonly keyId: string; readonly publicKey: string } | null> =>
    outside ? readPublishedKey(paths.keys) : readSigningKey(paths.keys);

  const printRecord = async (
    row: CaseTable,
    manifest: EvidenceManifest,
    printedBy: string,
    printedAt: number,
  ): Promise<Buffer> => {
    const { unit, settlingUnit, settlingContact, timeZone } = config.site;
    // The decision outlives the pictures, and so does its record.
    const isErased = (await custody.row(row.id))?.erased_at != null;
    const stills = isErased ? [] : manifest.files.filter(({ role }) => role.startsWith('still-'));
    const corrections = await plateCorrections.of(row.id);
    return recordPdf({
      platesRead: corrections.flatMap(({ text }) => text ?? []),
      ...{ summary: cases.summary(row), manifest, manifestSha256: row.manifest_sha256, keyId: row.key_id },
      ...{ law: clausesOf(manifest.event, timeZone), unit, timeZone, printedAt, printedBy },
      settling: { unit: settlingUnit, contact: settlingContact },
      plateCrops: isErased
        ? []
        : await Promise.all(
            subjectPlates(manifest).flatMap(({ crop }) => (crop === null ? [] : [store.get(`${row.prefix}/${crop}`)])),
          ),
      stills: await Promise.all(
        stills.map(async ({ path, ptsMs }) => ({
          offsetMs: (ptsMs ?? manifest.event.triggerPtsMs) - manifest.event.triggerPtsMs,
          jpeg: await store.get(`${row.prefix}/${path}`),
        })),
      ),
    });
  };

  let redacting: Promise<unknown> = Promise.resolve();
  /** One after the other: each decodes and encodes a whole clip. */
  const redact = (row: CaseTable, manifest: EvidenceManifest): ReturnType<typeof redactCase> => {
    const made = redacting.then(() =>
      redactCase({ store, prefix: row.prefix, manifest, manifestSha256: row.manifest_sha256 }),
    );
    redacting = made.catch(() => undefined);
    return made;
  };

  /** @throws WatchpostError EVIDENCE_UNVERIFIED: a case that no longer is what was sealed must not leave the house as if it were */
  const checkSeal = async (row: CaseTable): Promise<void> => {
    await custody.checkThere(row.id);
    const found = await verifyStoredCase(store, {
      prefix: row.prefix,
      manifestSha256: row.manifest_sha256,
      trustedKeys: await readTrustedKeys(paths.keys),
      authorities: [...(await readAuthorities(paths.keys)).values()],
    });
    if (found.intact) return;
    const list = found.problems.map(({ file, problem }) => `${file} ${problem}`).join('; ');
    throw new WatchpostError('EVIDENCE_UNVERIFIED', `Case "${row.id}" is not exported, its seal is broken: ${list}`);
  };

  app.get(
    '/api/cases/:id/export.zip',
    {
      schema: {
        tags: ['cases'],
        summary:
          'The case as a signed ZIP: sealed files, record of decisions, overlays, keys and a page that verifies it',
        params: CaseParams,
        querystring: ExportQuery,
        produces: ['application/zip'],
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { id } = request.params;
      const row = await cases.get(id, scopeOf(account));
      const manifest = JSON.parse(await cases.manifest(id)) as EvidenceManifest;
      await checkSeal(row);
      const exportedAt = clock.now();
      const purpose = request.query.purpose ?? '';
      const summary = cases.summary(row);
      const law = clausesOf(manifest.event, config.site.timeZone);
      const redacted = request.query.redacted === true ? await redact(row, manifest) : [];
      const record = await printRecord(row, manifest, account.username, exportedAt);
      const { listSha256, stream } = await exportCase({
        ...{ store, prefix: row.prefix, manifest, manifestSha256: row.manifest_sha256 },
        record: {
          schema: 'watchpost/record/1',
          ...summary,
          explanation: explain(manifest.event),
          law,
          notes: await procedure.notes(id),
          plateCorrections: await plateCorrections.of(id),
          history: visibleHistory(await audit.history(id, HISTORY_ACTIONS), row, account.role).map(
            ({ at, actor, action, detail }) => ({ at, actor, action, detail }),
          ),
        },
        publicKeys: new Map([...(await readPublicKeys(paths.keys)), ...(await readAuthorities(paths.keys))]),
        ...{ signer: await ownSigner(), keyId: (await currentKey())?.keyId ?? null },
        extra: new Map<string, Uint8Array>([['record.pdf', record], ...redacted]),
        verifyPage: existsSync(verifyFile) ? await readFile(verifyFile) : null,
        ...{ exportedAt, exportedBy: account.username, purpose, timeZone: config.site.timeZone },
      });
      // Before the first byte goes out: what is handed out is written down, also when the download breaks off.
      const detail = JSON.stringify({ purpose, list: listSha256, manifestSha256: row.manifest_sha256 });
      await audit.record({ at: exportedAt, actor: account.username, action: 'case.exported', target: id, detail });
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${id}.zip"`)
        .send(Readable.from(stream, { objectMode: false }));
    },
  );

  app.get(
    '/api/cases/:id/redacted.zip',
    {
      schema: {
        tags: ['cases'],
        summary: 'Copies of clip and stills with heads and other vehicles hidden, and a signed note of their origin',
        params: CaseParams,
        querystring: Type.Pick(ExportQuery, ['purpose']),
        produces: ['application/zip'],
      },
      config: { rateLimit: { max: 10, timeWindow: 60_000 } },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { id } = request.params;
      const row = await cases.get(id, scopeOf(account));
      const manifest = JSON.parse(await cases.manifest(id)) as EvidenceManifest;
      await checkSeal(row);
      const files = new Map(await redact(row, manifest));
      const about = files.get(REDACTION_FILE)!;
      const signer = await ownSigner();
      if (signer) files.set(REDACTION_SIGNATURE_FILE, Buffer.from(toCanonicalJson(await signer.sign(about))));
      const at = clock.now();
      const detail = JSON.stringify({ purpose: request.query.purpose ?? '', manifestSha256: row.manifest_sha256 });
      await audit.record({ at, actor: account.username, action: 'case.redacted', target: id, detail });
      const entries = [...files].map(([path, bytes]) => ({
        path,
        open: () => Readable.from([bytes]) as AsyncIterable<Uint8Array>,
      }));
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${id}-redacted.zip"`)
        .send(Readable.from(zipStream(entries, at), { objectMode: false }));
    },
  );

  app.get(
    '/api/cases/:id/record.pdf',
    {
      schema: {
        tags: ['cases'],
        summary: 'The record of the case on paper, in Vietnamese, with stills and a code that names its seal',
        params: CaseParams,
        produces: ['application/pdf'],
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const { id } = request.params;
      const row = await cases.get(id, scopeOf(account));
      const manifest = JSON.parse(await cases.manifest(id)) as EvidenceManifest;
      const at = clock.now();
      const pdf = await printRecord(row, manifest, account.username, at);
      await audit.record({ at, actor: account.username, action: 'case.printed', target: id, detail: null });
      return reply.type('application/pdf').header('content-disposition', `inline; filename="${id}.pdf"`).send(pdf);
    },
  );

  app.get(
    '/api/keys',
    {
      schema: {
        tags: ['cases'],
        summary: 'Public keys that cases are sealed with, old ones included',
        response: { 200: PublicKeys },
      },
    },
    async () => {
      const current = (await currentKey())?.publicKey ?? null;
      const keys = await readTrustedKeys(paths.keys);
      return {
        keys: keys.map((publicKey) => ({
          keyId: toKeyId(Buffer.from(publicKey, 'base64')),
          algorithm: 'Ed25519' as const,
          publicKey,
          current: publicKey === current,
        })),
      };
    },
  );
};
