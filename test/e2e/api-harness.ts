import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, scryptSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { Redis } from 'ioredis';
import pino from 'pino';
import { type AppOptions, buildApp } from '../../api/app.ts';
import type { Role } from '../../api/contract/session.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import { toCanonicalJson } from '../../pipeline/canonical-json.ts';
import { type Clock, systemClock } from '../../pipeline/clock.ts';
import type { Config } from '../../pipeline/config-schema.ts';
import { parseConfig } from '../../pipeline/config.ts';
import type { EvidenceFile, EvidenceManifest, ManifestSignature } from '../../pipeline/evidence.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import type { Decision, RuleKind, WatchEvent } from '../../pipeline/event.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { casePrefix, type ReviewJob } from '../../pipeline/review.ts';

/** A clock that tests move. */
export class TestClock implements Clock {
  at = Date.UTC(2026, 10, 21, 8, 0, 0);
  now(): number {
    return this.at;
  }
  mono(): number {
    return this.at;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(Math.min(ms, 50), signal);
  }
}

/** A real redis-server on a Unix socket of its own folder. */
export const startRedis = async (folder: string): Promise<{ url: string; stop: () => Promise<void> }> => {
  const url = join(folder, 'redis.sock');
  const child = spawn('redis-server', ['--port', '0', '--unixsocket', url, '--save', '', '--dir', folder], {
    stdio: 'ignore',
  });
  const client = new Redis(url, { retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await client.ping();
  client.disconnect();
  return {
    url,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
};

export const CONFIG = `version: 1
site: { name: Test city }
detectors:
  road: { model: any }
cameras:
  - id: gate
    name: Main gate
    place: Trần Phú, Ba Đình
    group: north
    source: { url: "rtsp://user:topsecret@10.0.0.2/1" }
    analysis: { detector: road }
    lines: { stop: [[0, 0.5], [1, 0.5]] }
    rules: [{ id: count, kind: line_count, line: stop }]
  - id: bridge
    group: south
    source: { url: "rtsp://user:topsecret@10.0.0.3/1" }
review: { leaseMs: 60000, undoMs: 30000 }
`;

const keys = generateKeyPairSync('ed25519');
const rawPublicKey = keys.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export const watchEvent = (id: string, extra: Partial<WatchEvent> = {}): WatchEvent => ({
  schemaVersion: 1,
  id,
  cameraId: 'gate',
  sessionId: 's1',
  ruleId: 'wrong',
  kind: 'wrong_way',
  disposition: 'case',
  startPtsMs: 1_000,
  triggerPtsMs: 2_000,
  endPtsMs: 3_000,
  startAt: 1_763_700_001_000,
  triggerAt: 1_763_700_002_000,
  endAt: 1_763_700_003_000,
  clockUncertaintyMs: 100,
  keyPtsMs: { before: 1_000, at: 2_000, after: 3_000 },
  subjects: [{ trackId: 1, className: 'motorcycle', role: 'offender', score: 0.9, sightings: [] }],
  decision: {
    ruleId: 'wrong',
    ruleKind: 'wrong_way',
    ruleVersion: '1',
    geometryHash: '0'.repeat(64),
    measurements: [{ name: 'headingDifference', value: 172, unit: '°', threshold: 120, comparison: '>=' }],
    facts: { class: 'motorcycle' },
  },
  provenance: { softwareVersion: '0', configHash: '0'.repeat(64), models: [] },
  ...extra,
});

/** Writes a sealed case of a few small files into a store. @returns the job that announces it */
export const sealCase = async (
  store: EvidenceStore,
  id: string,
  extra: {
    camera?: string;
    kind?: RuleKind;
    triggerAt?: number;
    decision?: Decision;
    subjects?: WatchEvent['subjects'];
    plates?: EvidenceManifest['plates'];
    /** A clip that plays; the default one only has bytes. */
    clip?: Buffer;
    /** Tracks of the clip's frames; none by default. */
    detections?: readonly LiveFrame[];
    /** Pictures that show something, in place of the one that has bytes only. */
    pictures?: readonly { path: string; role: EvidenceFile['role']; body: Buffer; ptsMs?: number }[];
  } = {},
): Promise<ReviewJob> => {
  const prefix = casePrefix(id);
  const camera = extra.camera ?? 'gate';
  const contents: [string, EvidenceFile['role'], string, Buffer, (number | undefined)?][] = [
    ['clip.mp4', 'clip', 'video/mp4', extra.clip ?? Buffer.from('0123456789'.repeat(1_000))],
    ...(
      extra.pictures ?? [{ path: 'stills/at.jpg', role: 'still-at' as const, body: Buffer.from(`still of ${id}`) }]
    ).map(({ path, role, body, ptsMs }): (typeof contents)[number] => [path, role, 'image/jpeg', body, ptsMs]),
    ['detections.json', 'detections', 'application/json', Buffer.from(JSON.stringify(extra.detections ?? []))],
  ];
  const files: EvidenceFile[] = [];
  for (const [path, role, mediaType, body, ptsMs] of contents) {
    await store.put(`${prefix}/${path}`, body, mediaType);
    const file = { path, role, mediaType, bytes: body.length, sha256: sha256(body), origin: 'original' } as const;
    files.push(ptsMs === undefined ? file : { ...file, ptsMs });
  }
  const event = watchEvent(id, {
    cameraId: camera,
    ...(extra.kind ? { kind: extra.kind } : {}),
    ...(extra.decision ? { decision: extra.decision } : {}),
    ...(extra.subjects ? { subjects: extra.subjects } : {}),
    ...(extra.triggerAt === undefined ? {} : { triggerAt: extra.triggerAt }),
  });
  const manifest: EvidenceManifest = {
    schema: 'watchpost/evidence/1',
    caseId: id,
    camera: { id: camera, name: 'Main gate', place: 'Trần Phú, Ba Đình' },
    event,
    clip: {
      file: 'clip.mp4',
      codec: 'h264',
      width: 1280,
      height: 720,
      startPtsMs: 0,
      durationMs: 8_000,
      frameCount: 200,
      segments: [],
      initSha256: '0'.repeat(64),
    },
    clock: { sessionId: 's1', anchorAt: 1_763_700_000_000, source: 'arrival', uncertaintyMs: 100 },
    gaps: [],
    ...(extra.plates ? { plates: extra.plates } : {}),
    files,
    sealedAt: 1_763_700_010_000,
    software: '0',
    chain: { index: 0, previous: '0'.repeat(64) },
  };
  const bytes = Buffer.from(toCanonicalJson(manifest));
  const manifestSha256 = sha256(bytes);
  const signature: ManifestSignature = {
    algorithm: 'Ed25519',
    keyId: sha256(rawPublicKey).slice(0, 16),
    publicKey: rawPublicKey.toString('base64'),
    manifestSha256,
    signature: sign(null, bytes, keys.privateKey).toString('base64'),
  };
  await store.put(`${prefix}/manifest.json`, bytes, 'application/json');
  await store.put(`${prefix}/signature.json`, Buffer.from(toCanonicalJson(signature)), 'application/json');
  return { caseId: id, prefix, manifestSha256, enqueuedAt: Date.now() };
};

/** One logged-in person. */
export class Person {
  readonly app: FastifyInstance;
  readonly cookie: string;
  readonly csrfToken: string;
  constructor(app: FastifyInstance, cookie: string, csrfToken: string) {
    this.app = app;
    this.cookie = cookie;
    this.csrfToken = csrfToken;
  }
  call(method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object, headers = {}) {
    return this.app.inject({
      method,
      url,
      headers: { cookie: this.cookie, 'x-csrf-token': this.csrfToken, ...headers },
      ...(payload ? { payload } : {}),
    });
  }
  get(url: string, headers = {}): Promise<LightMyRequestResponse> {
    return this.call('GET', url, undefined, headers);
  }
}

export const logIn = async (app: FastifyInstance, username: string, password: string): Promise<Person> => {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/session',
    remoteAddress: `198.51.100.${++addresses % 250}`,
    payload: { username, password },
  });
  if (answer.statusCode !== 200) throw new Error(`log-in failed: ${answer.body}`);
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
  return new Person(app, cookie, answer.json<{ csrfToken: string }>().csrfToken);
};

let addresses = 0;

export const PASSWORD = 'correct horse battery';
/** As the product writes it, but thirty times as cheap: a hash names its own cost, and tests log in hundreds of times. */
const PASSWORD_HASH = `scrypt$1024$8$3$c2FsdA$${scryptSync(PASSWORD, Buffer.from('salt'), 32, { N: 1024, r: 8, p: 3 }).toString('base64url')}`;

export type Site = {
  readonly app: FastifyInstance;
  readonly admin: Person;
  readonly store: EvidenceStore;
  readonly dataDir: string;
  /** What `openDatabase` takes, for a second connection. */
  readonly database: string;
  readonly config: Config;
  readonly clock: TestClock;
  /** Creates an account and logs it in, first password already changed. */
  readonly person: (username: string, role: Role, groups?: string[] | null) => Promise<Person>;
  readonly close: () => Promise<void>;
};

/** A whole API on temporary folders; with a dead Redis unless one is given. */
export const openSite = async (options: Partial<AppOptions> & { clock?: TestClock } = {}): Promise<Site> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'watchpost-api-')));
  const config = options.config ?? parseConfig(CONFIG);
  const store = options.store ?? new LocalStore(join(dataDir, 'objects'));
  const clock = options.clock ?? new TestClock();
  const app = await buildApp({
    redisUrl: join(dataDir, 'no-redis.sock'),
    log: pino({ level: 'silent' }),
    playerDir: join(dataDir, 'no-player'),
    ...options,
    config,
    dataDir,
    store,
    clock,
  });
  const database = options.databaseUrl ?? join(dataDir, 'watchpost.db');
  const firstLogIn = async (username: string): Promise<Person> => {
    const db = await openDatabase(database);
    await db
      .updateTable('users')
      .set({ password_hash: PASSWORD_HASH, must_change: 0 })
      .where('username', '=', username)
      .execute();
    await db.destroy();
    return logIn(app, username, PASSWORD);
  };
  const admin = app.firstPassword ? await firstLogIn('admin') : await logIn(app, 'admin', PASSWORD);
  return {
    app,
    admin,
    store,
    dataDir,
    database,
    config,
    clock,
    person: async (username, role, groups = null) => {
      const created = await admin.call('POST', '/api/users', { username, role, groups });
      if (created.statusCode !== 201) throw new Error(created.body);
      return firstLogIn(username);
    },
    close: async () => {
      await app.close();
      if (!options.dataDir) await rm(dataDir, { recursive: true, force: true });
    },
  };
};
