import type { TSchema } from '@sinclair/typebox';
import { type ValueError, Value, ValueErrorType } from '@sinclair/typebox/value';
import { isMap, isPair, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { checkAlerts } from './alerts/check-alerts.ts';
import { Config } from './config-schema.ts';
import { didYouMean } from './did-you-mean.ts';
import { WatchpostError } from './errors.ts';
import { isStills } from './stills.ts';
import { sweepFaults } from './fire/sweep-faults.ts';
import { calibrate } from './rules/calibration.ts';

/** Values for `${NAME}` in the configuration; usually the process environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A fault with its place: every message of this module reads `file:line: key: what and what instead`. */
type Fault = { readonly path: string; readonly message: string };

/**
 * Reads a configuration: YAML, `${NAME}` from the environment, defaults filled in, references checked.
 * @param fileName only for messages
 * @throws WatchpostError CONFIG_SYNTAX, CONFIG_INVALID, CONFIG_REFERENCE; one line per fault
 */
export const parseConfig = (text: string, environment: Environment = {}, fileName = 'config.yml'): Config => {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const syntax = document.errors[0];
  if (syntax) {
    const line = syntax.linePos?.[0].line ?? 1;
    throw new WatchpostError('CONFIG_SYNTAX', `${fileName}:${line}: ${syntax.message.split('\n')[0] ?? ''}`);
  }
  const lineOf = (path: string): number => {
    const offset = rangeStart(document.contents, path.split('/').slice(1).map(unescapePointer));
    return lineCounter.linePos(offset).line;
  };
  const report = (code: 'CONFIG_INVALID' | 'CONFIG_REFERENCE', faults: readonly Fault[]): never => {
    const lines = faults.map(
      ({ path, message }) =>
        `${fileName}:${lineOf(path)}: ${path.slice(1).replaceAll('/', '.') || '(top)'}: ${message}`,
    );
    throw new WatchpostError(code, [...new Set(lines)].join('\n'));
  };

  const faults: Fault[] = [];
  const raw = interpolate(document.toJS() ?? {}, environment, '', faults);
  if (faults.length > 0) report('CONFIG_INVALID', faults);

  const value = Value.Default(Config, raw);
  for (const error of Value.Errors(Config, value)) faults.push(...explain(error));
  if (faults.length > 0) report('CONFIG_INVALID', faults.slice(0, 20));

  const config = value as Config;
  const dangling = checkReferences(config);
  if (dangling.length > 0) report('CONFIG_REFERENCE', dangling);
  return config;
};

const unescapePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** Character offset of the deepest node on the path that exists in the file. */
const rangeStart = (root: Node | null, path: readonly string[]): number => {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && String((item.key as { value?: unknown }).value) === part);
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
};

const interpolate = (value: unknown, environment: Environment, path: string, faults: Fault[]): unknown => {
  if (typeof value === 'string')
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g, (whole, name: string, fallback?: string) => {
      const found = environment[name] ?? fallback;
      if (found !== undefined) return found;
      faults.push({ path, message: `environment variable ${name} is not set; set it, or write \${${name}:-default}` });
      return whole;
    });
  if (Array.isArray(value))
    return value.map((item, index) => interpolate(item, environment, `${path}/${index}`, faults));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, interpolate(item, environment, `${path}/${key}`, faults)]),
    );
  return value;
};

const show = (value: unknown): string => {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

type Branch = TSchema & { readonly const?: unknown; readonly properties?: Record<string, TSchema> };

/** Turns one TypeBox error into faults a person can act on. */
const explain = (error: ValueError): Fault[] => {
  const { path, schema, value, type } = error;
  if (type === ValueErrorType.ObjectAdditionalProperties) {
    const key = path.split('/').at(-1) ?? '';
    const known = Object.keys((schema as Branch).properties ?? {});
    const near = didYouMean(key, known);
    return [
      { path, message: near ? `unknown key; did you mean "${near}"?` : `unknown key; known here: ${known.join(', ')}` },
    ];
  }
  if (type === ValueErrorType.ObjectRequiredProperty) return [{ path, message: `missing; ${wanted(schema)}` }];
  // A missing member is also reported for its value; the line above says it better.
  if (value === undefined) return [];
  if (type === ValueErrorType.Union) return explainUnion(error);
  // A password with a typing error is a password still.
  const found = (schema as Branch)['writeOnly'] === true ? 'another' : show(value);
  return [{ path, message: `${wanted(schema)}, found ${found}` }];
};

/** In a union of objects told apart by `kind`, only the faults of the meant branch help. */
const explainUnion = ({ path, schema, value }: ValueError): Fault[] => {
  const branches = (schema as unknown as { anyOf: Branch[] }).anyOf;
  const constants = branches.map((branch) => branch.const);
  if (constants.every((constant) => constant !== undefined)) {
    const near = typeof value === 'string' ? didYouMean(value, constants.map(String)) : null;
    return [
      {
        path,
        message: `expected one of ${constants.map((constant) => show(constant)).join(', ')}, found ${show(value)}${near ? `; did you mean "${near}"?` : ''}`,
      },
    ];
  }
  const kind = (value as { kind?: unknown } | null | undefined)?.kind;
  const kinds = branches.map((branch) => branch.properties?.['kind']?.['const'] as string | undefined);
  const branch = branches[kinds.indexOf(kind as string)];
  if (!branch) {
    const known = kinds.filter((name) => name !== undefined);
    const near = typeof kind === 'string' ? didYouMean(kind, known) : null;
    return [
      {
        path: kind === undefined ? path : `${path}/kind`,
        message: `${kind === undefined ? 'missing `kind`' : `unknown kind ${show(kind)}`}; ${near ? `did you mean "${near}"?` : `known: ${known.join(', ')}`}`,
      },
    ];
  }
  return [...Value.Errors(branch, Value.Default(branch, Value.Clone(value)))].flatMap((inner) =>
    explain({ ...inner, path: `${path}${inner.path}` }),
  );
};

const wanted = (schema: TSchema): string => {
  const s = schema as Record<string, unknown>;
  const description = typeof s['description'] === 'string' ? ` (${s['description'].replace(/\.$/, '')})` : '';
  if (s['const'] !== undefined) return `expected ${show(s['const'])}${description}`;
  if (Array.isArray(s['anyOf'])) {
    const options = (s['anyOf'] as Branch[]).map((branch) => branch.const).filter((option) => option !== undefined);
    if (options.length > 0) return `expected one of ${options.map(show).join(', ')}${description}`;
  }
  const limits = [
    s['minimum'] !== undefined ? `from ${show(s['minimum'])}` : '',
    s['exclusiveMinimum'] !== undefined ? `above ${show(s['exclusiveMinimum'])}` : '',
    s['maximum'] !== undefined ? `to ${show(s['maximum'])}` : '',
    typeof s['minLength'] === 'number' && s['minLength'] > 1 ? `of at least ${show(s['minLength'])} characters` : '',
    typeof s['pattern'] === 'string' ? `matching ${s['pattern']}` : '',
    s['minItems'] !== undefined ? `with at least ${show(s['minItems'])} entries` : '',
  ].filter(Boolean);
  const type = typeof s['type'] === 'string' ? s['type'] : 'another value';
  return `expected ${type}${limits.length > 0 ? ` ${limits.join(' ')}` : ''}${description}`;
};

type SurveyedPoints = readonly { readonly at: readonly [number, number]; readonly ground: readonly [number, number] }[];

/** The rule itself would refuse it too, but only once the analysis starts. */
const fixesPlane = (points: SurveyedPoints): boolean =>
  calibrate(
    points.map(({ at, ground }) => ({ picture: { x: at[0], y: at[1] }, ground: { x: ground[0], y: ground[1] } })),
    0,
  ) !== null;

const checkReferences = (config: Config): Fault[] => {
  const faults: Fault[] = [...checkAlerts(config.alerts)];
  const dangling = (path: string, what: string, name: string, known: readonly string[]): void => {
    if (known.includes(name)) return;
    const near = didYouMean(name, known);
    faults.push({
      path,
      message: `no ${what} "${name}"; ${near ? `did you mean "${near}"?` : known.length > 0 ? `known: ${known.join(', ')}` : `none is defined`}`,
    });
  };
  const { minFreePercent, stopFreePercent } = config.recording;
  if (stopFreePercent >= minFreePercent)
    faults.push({
      path: '/recording/stopFreePercent',
      message: `must be below minFreePercent (${minFreePercent}): old recordings go before new ones stop`,
    });
  const tiers = config.evidence.retention.map(({ name }) => name);
  tiers.forEach((name, t) => {
    if (tiers.indexOf(name) !== t)
      faults.push({ path: `/evidence/retention/${t}/name`, message: `"${name}" is used by another tier too` });
  });
  if (config.evidence.store.kind === 'local')
    config.evidence.retention.forEach(({ lock }, t) => {
      if (lock)
        faults.push({
          path: `/evidence/retention/${t}/lock`,
          message: 'needs a bucket with object lock (`evidence.store.kind: s3`); a folder cannot lock files',
        });
    });
  const seen = new Set<string>();
  config.cameras.forEach((camera, c) => {
    const at = `/cameras/${c}`;
    if (seen.has(camera.id)) faults.push({ path: `${at}/id`, message: `"${camera.id}" is used by another camera too` });
    seen.add(camera.id);
    if (camera.analysis)
      dangling(`${at}/analysis/detector`, 'detector', camera.analysis.detector, Object.keys(config.detectors));
    if (camera.rules.length > 0 && !camera.analysis)
      faults.push({ path: `${at}/rules`, message: 'rules need an `analysis` section on the camera' });
    if (camera.analysis?.motionGate && camera.rules.some(({ kind }) => kind === 'smoke'))
      faults.push({
        path: `${at}/analysis/motionGate`,
        message: 'smoke grows too slowly for it; take it out, or the `smoke` rules',
      });
    if (camera.passages) {
      const { line, zone, lanes } = camera.passages;
      const zones = Object.keys(camera.zones);
      if (!camera.analysis)
        faults.push({ path: `${at}/passages`, message: 'passages need an `analysis` section on the camera' });
      if (line !== undefined) dangling(`${at}/passages/line`, 'line', line, Object.keys(camera.lines));
      if (zone !== undefined) dangling(`${at}/passages/zone`, 'zone', zone, zones);
      lanes.forEach((lane, l) => dangling(`${at}/passages/lanes/${l}`, 'zone', lane, zones));
    }
    if (camera.sweep) faults.push(...sweepFaults(camera.sweep, camera, at));
    if (isStills(camera.source.url))
      camera.rules.forEach(({ kind }, r) => {
        if (kind !== 'smoke')
          faults.push({
            path: `${at}/rules/${r}/kind`,
            message: `"${kind}" needs video; a camera that gives stills takes \`smoke\` rules only`,
          });
      });
    const signals = [...Object.keys(camera.signals ?? {}), ...Object.keys(camera.signalFeeds ?? {})];
    for (const id of Object.keys(camera.signalFeeds ?? {}))
      if (camera.signals?.[id])
        faults.push({
          path: `${at}/signalFeeds/${id}`,
          message: `"${id}" is read from lamps under \`signals\` already`,
        });
    const ruleIds = new Set<string>();
    camera.rules.forEach((rule, r) => {
      const path = `${at}/rules/${r}`;
      if (ruleIds.has(rule.id))
        faults.push({ path: `${path}/id`, message: `"${rule.id}" is used by another rule of this camera` });
      ruleIds.add(rule.id);
      // Any parameter called `zone`, `line` or `signal` names one of the same camera; later rules need no code here.
      const { zone, line, signal } = rule as { zone?: string; line?: string; signal?: string };
      const { calibration } = rule as { calibration?: SurveyedPoints };
      if (zone !== undefined) dangling(`${path}/zone`, 'zone', zone, Object.keys(camera.zones));
      if (line !== undefined) dangling(`${path}/line`, 'line', line, Object.keys(camera.lines));
      if (signal !== undefined) dangling(`${path}/signal`, 'signal', signal, signals);
      if (rule.kind === 'red_light')
        rule.arrows.forEach((arrow, a) => {
          dangling(`${path}/arrows/${a}/signal`, 'signal', arrow.signal, signals);
          dangling(`${path}/arrows/${a}/zone`, 'zone', arrow.zone, Object.keys(camera.zones));
        });
      if (calibration && !fixesPlane(calibration))
        faults.push({
          path: `${path}/calibration`,
          message: 'fixes no plane: its points lie on one line, or their places in metres do',
        });
    });
  });
  return faults;
};
