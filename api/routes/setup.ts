import { Type } from '@sinclair/typebox';
import { dirname } from 'node:path';
import { isReloadable } from '../../pipeline/config-change.ts';
import type { Config } from '../../pipeline/config-schema.ts';
import type { CameraConfig } from '../../pipeline/config/camera.ts';
import { redactUrl, WatchpostError } from '../../pipeline/errors.ts';
import { RuleConfig } from '../../pipeline/rules/rule-config.ts';
import type { ApiContext } from '../context.ts';
import {
  Applied,
  CameraChange,
  type ChangeReach,
  CheckResult,
  DryRunRequest,
  DryRunResult,
  ProbeRequest,
  ProbeResult,
  type RawCamera,
  RestoreRequest,
  Saved,
  Setup,
  VersionDiff,
  VersionList,
} from '../contract/setup.ts';
import { appendAudit } from '../database/audit-log.ts';
import { accountOf } from '../plugins/auth.ts';
import { dryRun } from '../setup/dry-run.ts';
import { readCameras, revealUrl, writeCamera } from '../setup/edit-camera.ts';
import { judge, type Judged, reachOf } from '../setup/judge-change.ts';
import { diffLines } from '../setup/line-diff.ts';
import { probeSource } from '../setup/probe.ts';
import { withSecretFiles } from '../setup/secret-files.ts';
import type { App } from './app.ts';

/** Zones with many corners, many rules: still small. */
const BODY_LIMIT_BYTES = 512 * 1024;
const RESTARTS: Readonly<Record<ChangeReach, readonly string[]>> = {
  none: [],
  rules: ['analyze', 'evidence', 'api'],
  sources: ['record', 'analyze', 'evidence', 'api'],
};
const isReloading = (name: string): boolean => name === 'record' || name === 'analyze';
/** The answer reaches the browser before this process ends. */
const BEFORE_RESTART_MS = 500;

/** Reading and changing the configuration from the browser: administrators only, every change an audit row. */
export const registerSetupRoutes = (app: App, context: ApiContext): void => {
  const { clock, configFile: file, db, paths } = context;
  const environment = withSecretFiles(process.env);
  /** Parsed as it runs, with what was saved since the start told apart. */
  const runningConfig: Config = context.config;

  const judged = (text: string, cameraId: string | null): Judged => judge(text, environment, cameraId);
  const pendingReach = (text: string): ChangeReach => {
    const { config } = judged(text, null);
    return config ? reachOf(runningConfig, config) : 'none';
  };
  const changed = async (camera: RawCamera) => {
    const id = camera['id'];
    if (typeof id !== 'string') throw new WatchpostError('REQUEST_INVALID', 'body: camera: id: missing');
    const before = await file.read();
    const text = writeCamera(before.text, camera);
    return { id, before, text, ...judged(text, id) };
  };
  const refuse = (problems: Judged['problems']): never => {
    const text = problems.map(({ path, message }) => `${path || 'configuration'}: ${message}`).join('; ');
    throw new WatchpostError('REQUEST_INVALID', text);
  };
  /** Reach between two texts of the file; a present text that is broken is repaired by whatever is right. */
  const reachBetween = (before: string, after: Config): ChangeReach => {
    const { config } = judged(before, null);
    return config ? reachOf(config, after) : 'sources';
  };

  app.get(
    '/api/setup',
    { schema: { tags: ['setup'], summary: 'Cameras as configured, passwords hidden', response: { 200: Setup } } },
    async () => {
      const { text, sha256 } = await file.read();
      return {
        sha256,
        readOnly: await file.readOnlyReason(),
        cameras: readCameras(text),
        detectors: Object.keys(runningConfig.detectors),
        ruleSchema: RuleConfig,
        canRestart: context.restart !== null,
        pending: pendingReach(text),
      };
    },
  );
  app.post(
    '/api/setup/check',
    {
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        tags: ['setup'],
        summary: 'What a change of a camera would do; saves nothing',
        body: CameraChange,
        response: { 200: CheckResult },
      },
    },
    async (request) => {
      const { before, text, config, problems } = await changed(request.body.camera);
      return {
        problems: [...problems],
        reach: config ? reachBetween(before.text, config) : 'none',
        diff: redactUrl(diffLines(before.text, text)),
      };
    },
  );
  app.put(
    '/api/setup/cameras',
    {
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        tags: ['setup'],
        summary: 'Saves a camera as a new version of the configuration',
        body: CameraChange,
        response: { 200: Saved },
      },
    },
    async (request) => {
      const { camera, sha256, note = '' } = request.body;
      const { id, before, text, config, problems } = await changed(camera);
      if (!config) return refuse(problems);
      const saved = await file.save(text, sha256, { actor: accountOf(request).username, note, target: id });
      return { ...saved, reach: reachBetween(before.text, config) };
    },
  );

  app.get(
    '/api/setup/versions',
    { schema: { tags: ['setup'], summary: 'Saved versions, newest first', response: { 200: VersionList } } },
    async () => ({ versions: await file.versions() }),
  );
  const VersionParams = Type.Object({ version: Type.Integer({ minimum: 1 }) });
  app.get(
    '/api/setup/versions/:version',
    {
      schema: {
        tags: ['setup'],
        summary: 'What going back to a version would change',
        params: VersionParams,
        response: { 200: VersionDiff },
      },
    },
    async (request) => {
      const { text } = await file.read();
      const old = await file.text(request.params.version);
      const { config, problems } = judged(old, null);
      return {
        diff: redactUrl(diffLines(text, old)),
        problems: [...problems],
        reach: config ? reachBetween(text, config) : 'none',
      };
    },
  );
  app.post(
    '/api/setup/versions/:version/restore',
    {
      schema: {
        tags: ['setup'],
        summary: 'Goes back to a version: it is saved again as the newest',
        params: VersionParams,
        body: RestoreRequest,
        response: { 200: Saved },
      },
    },
    async (request) => {
      const { version } = request.params;
      const present = await file.read();
      const old = await file.text(version);
      const { config, problems } = judged(old, null);
      if (!config) return refuse(problems);
      const author = { actor: accountOf(request).username, note: `← ${version}`, target: null };
      const saved = await file.save(old, request.body.sha256, author);
      return { ...saved, reach: reachBetween(present.text, config) };
    },
  );

  app.post(
    '/api/setup/probe',
    {
      config: { rateLimit: { max: 30, timeWindow: '1 minute' } },
      schema: {
        tags: ['setup'],
        summary: 'Opens a source and takes a test picture',
        body: ProbeRequest,
        response: { 200: ProbeResult },
      },
    },
    async (request) => {
      const { url, transport = 'auto', cameraId } = request.body;
      const { text } = await file.read();
      const meant = revealUrl(text, cameraId, url.trim(), environment);
      const actor = accountOf(request).username;
      await db
        .transaction()
        .execute((transaction) =>
          appendAudit(transaction, [
            { at: clock.now(), actor, action: 'camera.probed', target: cameraId ?? null, detail: redactUrl(url) },
          ]),
        );
      return probeSource({ url: meant, transport, configDir: dirname(file.path) });
    },
  );
  app.post(
    '/api/setup/dry-run',
    {
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        tags: ['setup'],
        summary: 'What the rules of a changed camera would have found in the tracks of the last minutes',
        body: DryRunRequest,
        response: { 200: DryRunResult },
      },
    },
    async (request) => {
      const { camera, minutes } = request.body;
      const { id, config, problems } = await changed(camera);
      if (!config) return refuse(problems);
      const to = clock.now();
      const byId = ({ cameras }: Config): CameraConfig | null => cameras.find((one) => one.id === id) ?? null;
      const after = byId(config);
      if (!after) throw new WatchpostError('NOT_FOUND', `No camera "${id}"`);
      return dryRun({
        before: byId(runningConfig),
        after,
        folder: paths.camera(id),
        span: { from: to - minutes * 60_000, to },
        timeZone: config.site.timeZone,
      });
    },
  );
  app.post(
    '/api/setup/apply',
    {
      schema: {
        tags: ['setup'],
        summary: 'Starts the processes again that must read the saved configuration',
        response: { 200: Applied },
      },
    },
    async (request) => {
      const { restart } = context;
      if (!restart)
        throw new WatchpostError(
          'REQUEST_INVALID',
          'Processes are not started by `watchpost up` here; restart them where they run',
        );
      const { text } = await file.read();
      const { config, problems } = judged(text, null);
      if (!config) return refuse(problems);
      const concerned = RESTARTS[reachOf(runningConfig, config)];
      // Where only cameras changed, those that record and analyse start these cameras anew and go on with the others.
      const reloading = context.reload && isReloadable(runningConfig, config) ? concerned.filter(isReloading) : [];
      const restarting = concerned.filter((name) => !reloading.includes(name));
      const actor = accountOf(request).username;
      await db
        .transaction()
        .execute((transaction) =>
          appendAudit(transaction, [
            { at: clock.now(), actor, action: 'config.applied', target: null, detail: JSON.stringify({ restarting }) },
          ]),
        );
      if (reloading.length > 0) context.reload?.(reloading);
      if (restarting.length > 0) setTimeout(() => restart(restarting), BEFORE_RESTART_MS).unref();
      return { restarting };
    },
  );
};
