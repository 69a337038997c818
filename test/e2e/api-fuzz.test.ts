import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS } from '../../api/access.ts';
import { type Role, ROLES } from '../../api/contract/session.ts';
import { environment } from '../../benchmarks/environment.ts';
import { acceptForTest } from './api-accept.ts';
import { CONFIG, openSite, type Person, sealCase, type Site, startRedis } from './api-harness.ts';

type Schema = {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly pattern?: string;
};
type Parameter = { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: Schema };
type Operation = {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
};
type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly operation: Operation;
};

/** More of them find more; so many leave a loaded machine time for the rest. */
const REQUESTS = Number(process.env['WATCHPOST_FUZZ_REQUESTS'] ?? 1_000);
/** Another seed makes other requests, so many may be made in several runs. */
const SEED = Number(process.env['WATCHPOST_FUZZ_SEED'] ?? 20_261_121);

/** What a route asks for in its query, by the end of its path. */
const SPANS = [
  ['/dvr.m3u8', '?from=0&to=1000'],
  ['/recording', '?after=0&before=1000'],
  ['/tracks', '?after=0&before=1000'],
  ['/plates', '?after=0&before=1000'],
] as const;

/** Small and repeatable; the quality of the numbers does not matter here [Park and Miller 1988]. */
const randomFrom = (seed: number) => (below: number) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};

let folder: string;
let redis: { url: string; stop: () => Promise<void> };
let site: Site;
let routes: Route[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-fuzz-'));
  redis = await startRedis(folder);
  // Paths that lead out of the API answer with the player's first page.
  const playerDir = join(folder, 'player');
  await mkdir(playerDir);
  await writeFile(join(playerDir, 'index.html'), '<!doctype html><title>player</title>');
  const configPath = join(folder, 'config.yml');
  await writeFile(configPath, CONFIG);
  site = await openSite({ redisUrl: redis.url, playerDir, configPath });
  await acceptForTest(site, await sealCase(site.store, 'north-case', { camera: 'gate' }));
  await acceptForTest(site, await sealCase(site.store, 'south-case', { camera: 'bridge' }));
  await acceptForTest(site, await sealCase(site.store, 'north-smoke', { camera: 'gate', kind: 'smoke' }));
  const { paths } = (await site.app.inject('/api/openapi.json')).json<{
    paths: Record<string, Record<string, Operation>>;
  }>();
  routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      ...{ path, operation, method: method.toUpperCase() as Route['method'] },
    })),
  );
});
afterAll(async () => {
  await site.close();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('every documented route with every role and camera group', () => {
  /** A body that fits the schema as far as the schema says. */
  const sample = (schema: Schema): unknown => {
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return schema.enum[0];
    if (schema.anyOf) return sample(schema.anyOf[0]!);
    if (schema.type === 'object')
      return Object.fromEntries((schema.required ?? []).map((name) => [name, sample(schema.properties![name]!)]));
    if (schema.type === 'array') return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items!));
    if (schema.type === 'number' || schema.type === 'integer') return schema.minimum ?? 1;
    if (schema.type === 'boolean') return true;
    const fits = (text: string): boolean => new RegExp(schema.pattern ?? '', 'u').test(text);
    return ['x', 'xxx'].find(fits) ?? 'x';
  };

  test('of a case or camera of another unit nobody learns more than of one that does not exist', async () => {
    const people: { role: Role; person: Person }[] = [];
    for (const role of ROLES)
      if (role !== 'admin') people.push({ role, person: await site.person(`m-${role}`, role, ['south']) });
    // A live stream has no end; whom it is refused is tested with the others of api-access.
    const owned = routes.filter(({ path }) => /\/(cases|cameras)\/\{|\/hls\//.test(path));
    expect(owned.length).toBeGreaterThan(12);
    const wrong: string[] = [];
    for (const { method, path, operation } of owned) {
      const key = `${method} ${path.replaceAll(/\{([^}]+)\}/g, ':$1')}`.replace(':*', '*');
      const access = ACCESS[key];
      const schema = operation.requestBody?.content['application/json']?.schema;
      const body = schema ? (sample(schema) as object) : undefined;
      const at = (id: string): string =>
        path
          .replace(/\{(id|cameraId)\}/, id)
          .replace('{session}', 's1')
          .replace('{*}', 'clip.mp4') + (SPANS.find(([end]) => path.endsWith(end))?.[1] ?? '');
      const isCase = path.includes('/cases/');
      const [foreign, missing] = isCase ? ['north-case', 'never-case'] : ['gate', 'gone'];
      for (const { role, person } of people) {
        const [real, none] = [
          await person.call(method, at(foreign), body),
          await person.call(method, at(missing), body),
        ];
        const allowed = access !== undefined && access !== 'public' && access.roles.includes(role);
        const expected = allowed ? 404 : 403;
        if (real.statusCode !== expected || real.body.replaceAll(foreign, missing) !== none.body)
          wrong.push(`${key} as ${role}: ${real.statusCode}, expected ${expected}; ${real.body.slice(0, 120)}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('requests made from the schemas, right and wrong', () => {
  const HOSTILE: readonly unknown[] = [
    ...[
      '',
      ' ',
      '0',
      '-1',
      'null',
      'true',
      '\u0000',
      '..',
      '../../etc/passwd',
      "' or 1=1 --",
      '%00',
      '%',
      'a'.repeat(5_000),
    ],
    ...[
      '𝒳',
      '‮',
      '<script>',
      '{"$gt":""}',
      '9'.repeat(40),
      '1e999',
      'NaN',
      'Infinity',
      '-0',
      '__proto__',
      'constructor',
    ],
    ...[0, -1, 1.5, 1e21, 9_007_199_254_740_993, -8.64e15, null, true, [], {}, [[]], { length: 1e9 }],
  ];
  const IDS = ['north-case', 'south-case', 'north-smoke', 'gate', 'bridge', 'm-viewer', 's1', 'clip.mp4'];

  const make =
    (random: (below: number) => number) =>
    (schema: Schema, depth = 0): unknown => {
      if (random(6) === 0 || depth > 4) return HOSTILE[random(HOSTILE.length)];
      const again = (inner: Schema): unknown => make(random)(inner, depth + 1);
      if (schema.const !== undefined) return schema.const;
      if (schema.enum) return schema.enum[random(schema.enum.length)];
      if (schema.anyOf) return again(schema.anyOf[random(schema.anyOf.length)]!);
      if (schema.allOf) return again(schema.allOf[0]!);
      if (schema.type === 'object') {
        const entries = Object.entries(schema.properties ?? {}).filter(
          ([name]) => random(8) !== 0 && ((schema.required ?? []).includes(name) || random(2) === 0),
        );
        const extra = random(12) === 0 ? [['surplus', HOSTILE[random(HOSTILE.length)]] as const] : [];
        return Object.fromEntries([...entries.map(([name, inner]) => [name, again(inner)] as const), ...extra]);
      }
      if (schema.type === 'array') return Array.from({ length: random(4) }, () => again(schema.items ?? {}));
      if (schema.type === 'number' || schema.type === 'integer')
        return random(2) === 0 ? (schema.minimum ?? 0) + random(1_000) : 1_763_700_000_000 + random(10_000_000);
      if (schema.type === 'boolean') return random(2) === 0;
      return IDS[random(IDS.length)];
    };

  const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

  test(`${REQUESTS} of them: none fails inside, none tells a camera's password or another unit's case`, async () => {
    const random = randomFrom(SEED);
    const build = make(random);
    const officer = await site.person('fuzz-officer', 'officer', ['north']);
    const people = [site.admin, officer, officer];
    // Left out: what would end the sessions of the others, and the stream that has no end.
    const tried = routes.filter(
      ({ method, path }) =>
        path !== '/api/live' && path !== '/api/session/password' && !(path === '/api/session' && method === 'DELETE'),
    );
    const faults: string[] = [];
    const statuses = new Map<number, number>();
    for (let count = 0; count < REQUESTS; count++) {
      const { method, path, operation } = tried[random(tried.length)]!;
      const person = people[random(people.length)]!;
      const fill = (): string => encodeURIComponent(asText(build({ type: 'string' })).slice(0, 300));
      let url = path.replaceAll(/\{[^}]+\}/g, fill);
      // The administrator would lock itself out.
      if (path === '/api/users/{username}' && /\/admin$/i.test(decodeURIComponent(url))) continue;
      const query = new URLSearchParams();
      for (const { name, in: place, schema } of operation.parameters ?? [])
        if (place === 'query' && random(2) === 0) query.append(name, asText(build(schema)));
      if (query.size > 0) url += `?${query}`;
      const schema = operation.requestBody?.content['application/json']?.schema;
      const body = schema ? build(schema) : undefined;
      const answer = await site.app.inject({
        ...{ method, url, remoteAddress: `203.0.113.${count % 250}` },
        headers: {
          ...{ cookie: person.cookie, 'x-csrf-token': person.csrfToken },
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      });
      statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
      const leaks =
        answer.body.includes('topsecret') ||
        // Whoever sets cameras up sees where they are, without the password.
        (!(person === site.admin && path.startsWith('/api/setup')) && /10\.0\.0\.[23]/.test(answer.body)) ||
        // What was sent may come back in a message; what the store holds may not.
        (person === officer && /"cameraId":"bridge"|still of south-case/.test(answer.body));
      // RFC 9457 is the contract of every refusal.
      const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json');
      const isUntold = answer.statusCode >= 400 && answer.statusCode !== 416 && !isProblem;
      if (answer.statusCode >= 500 || leaks || isUntold)
        faults.push(
          `${method} ${url.slice(0, 200)} ${JSON.stringify({ body }).slice(0, 200)} → ${answer.statusCode} ${answer.body.slice(0, 200)}`,
        );
    }
    expect(faults).toEqual([]);
    // The requests must reach beyond the schemas, or they try nothing.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 20);
    expect(statuses.get(400) ?? 0).toBeGreaterThan(REQUESTS / 20);
    expect(await (await site.admin.get('/api/audit/verify')).json()).toMatchObject({ intact: true });
    const result = process.env['WATCHPOST_FUZZ_RESULT'];
    if (result !== undefined) {
      const answers = Object.fromEntries([...statuses].sort(([a], [b]) => a - b));
      const found = { seed: SEED, requests: REQUESTS, routes: tried.length, failedInside: 0, leaks: 0, answers };
      const text = JSON.stringify({ scenario: 'fuzz', environment: environment(), ...found }, null, 2);
      await writeFile(result, `${text}\n`);
    }
  });
});

test('text that no database keeps as it is, is refused before it can break the audit chain', async () => {
  for (const username of ['\u0000', 'lan\u0000x', '\ud800', 'x\udc00']) {
    const answer = await site.app.inject({ method: 'POST', url: '/api/session', payload: { username, password: 'x' } });
    expect([JSON.stringify(username), answer.statusCode]).toEqual([JSON.stringify(username), 400]);
  }
  const emoji = await site.app.inject({
    method: 'POST',
    url: '/api/session',
    payload: { username: '𝒳', password: 'x' },
  });
  expect(emoji.statusCode).toBe(401);
  expect((await site.admin.get('/api/cases?kind=%00')).statusCode).toBe(400);
  expect((await site.admin.get('/api/audit/verify')).json()).toMatchObject({ intact: true });
});

describe('two officers at one queue', () => {
  test('who race through it decide every case once', async () => {
    const COUNT = Number(process.env['WATCHPOST_RACE_CASES'] ?? 60);
    for (let index = 0; index < COUNT; index++) await acceptForTest(site, await sealCase(site.store, `race-${index}`));
    const racers = [await site.person('racer-a', 'officer'), await site.person('racer-b', 'officer')];
    const decided = await Promise.all(
      racers.map(async (person) => {
        let won = 0;
        for (let index = 0; index < COUNT; index++) {
          const claim = await person.call('POST', `/api/cases/race-${index}/claim`);
          if (claim.statusCode !== 200) continue;
          const verdict = await person.call('POST', `/api/cases/race-${index}/verdict`, { verdict: 'confirmed' });
          if (verdict.statusCode === 200) won++;
        }
        return won;
      }),
    );
    expect(decided[0]! + decided[1]!).toBe(COUNT);
    const acts = (await site.admin.get('/api/audit?action=case.verdict&limit=1000')).json<{
      rows: { target: string }[];
    }>();
    const raced = acts.rows.filter(({ target }) => target.startsWith('race-')).map(({ target }) => target);
    expect(raced).toHaveLength(COUNT);
    expect(new Set(raced).size).toBe(COUNT);
    const result = process.env['WATCHPOST_RESULT'];
    const found = { cases: COUNT, decidedOnce: new Set(raced).size, decidedTwice: raced.length - new Set(raced).size };
    if (result !== undefined)
      await writeFile(
        result,
        `${JSON.stringify({ scenario: 'race', environment: environment(), ...found, wonBy: decided }, null, 2)}\n`,
      );
  });
});
