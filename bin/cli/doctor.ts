import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describeTfjs, NATIVE_INSTALL } from '../../models/tfjs-runtime.ts';
import { decodingMachine, faultsOf, findHardware, hardwareName } from '../../workers/ffmpeg/hardware.ts';
import { describeModels } from './models.ts';

const run = promisify(execFile);

/** One thing looked at: `ok`, `missing` (needed) or `optional` (works without), and the command that mends it. */
export type Finding = {
  readonly what: string;
  readonly state: 'ok' | 'missing' | 'optional';
  readonly found: string;
  readonly mend: string | null;
};

const program = async (
  what: string,
  command: string,
  args: readonly string[],
  debianPackage: string,
): Promise<Finding> => {
  try {
    const { stdout, stderr } = await run(command, [...args]);
    return { what, state: 'ok', found: (stdout || stderr).split('\n')[0]?.slice(0, 80) ?? '', mend: null };
  } catch {
    return { what, state: 'missing', found: 'not installed', mend: `apt-get install ${debianPackage}` };
  }
};

const nodePackage = async (name: string, state: 'missing' | 'optional', mend: string): Promise<Finding> => {
  try {
    await import(name);
    return { what: name, state: 'ok', found: 'loads', mend: null };
  } catch (error) {
    return { what: name, state, found: (error as Error).message.split('\n')[0] ?? 'does not load', mend };
  }
};

const tfjsFinding = async (): Promise<Finding> => {
  const { runs, text } = await describeTfjs();
  const native = runs === 'native';
  return {
    what: 'TensorFlow.js',
    state: native ? 'ok' : 'optional',
    found: text,
    mend: native ? null : `${NATIVE_INSTALL} (only for TensorFlow.js models)`,
  };
};

const decoderFinding = async (): Promise<Finding> => {
  const search = await findHardware('auto', decodingMachine);
  const { chosen, trials } = search;
  const what = 'hardware decoding';
  const others = faultsOf(search);
  if (chosen) return { what, state: 'ok', found: `${hardwareName(chosen)}${others && `; not ${others}`}`, mend: null };
  return {
    what,
    state: 'optional',
    found: `none, the processor decodes (${others})`,
    mend: `only with such a card: ${trials.map(({ kind, mend }) => `${kind}: ${mend ?? ''}`).join('\n      ')}`,
  };
};

const dataFolderFinding = (dataDir: string): Finding => {
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK);
    const { bavail, blocks, bsize } = statfsSync(dataDir);
    const free = bavail / blocks;
    const found = `writable, ${((bavail * bsize) / 2 ** 30).toFixed(1)} GiB free (${(free * 100).toFixed(0)} %)`;
    if (free < 0.1)
      return {
        what: 'data folder',
        state: 'missing',
        found,
        mend: 'free disk space, or choose another folder with --data',
      };
    return { what: 'data folder', state: 'ok', found, mend: null };
  } catch (error) {
    return {
      what: 'data folder',
      state: 'missing',
      found: (error as Error).message,
      mend: `create ${dataDir} and let this user write to it`,
    };
  }
};

const nodeFinding = (): Finding => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    what: 'Node.js',
    state: ok ? 'ok' : 'missing',
    found: process.version,
    mend: ok ? null : 'install Node.js 20.19 or newer',
  };
};

/** What this machine has and lacks. */
export const examine = async (dataDir: string): Promise<readonly Finding[]> => [
  nodeFinding(),
  await program('ffmpeg', 'ffmpeg', ['-version'], 'ffmpeg'),
  await program('ffprobe', 'ffprobe', ['-version'], 'ffmpeg'),
  process.env['REDIS_URL']
    ? { what: 'redis', state: 'ok', found: 'REDIS_URL is set', mend: null }
    : await program('redis-server', 'redis-server', ['--version'], 'redis-server'),
  await nodePackage('onnxruntime-node', 'missing', 'npm ci'),
  await nodePackage('sharp', 'missing', 'npm ci'),
  await nodePackage('libsql', 'missing', 'npm ci'),
  await decoderFinding(),
  await tfjsFinding(),
  dataFolderFinding(dataDir),
  ...(await describeModels()).map(({ id, state, mend }): Finding => ({
    what: `model ${id}`,
    state: state === 'ok' ? 'ok' : 'optional',
    found: state,
    mend,
  })),
];

const MARKS = { ok: '✓', missing: '✗', optional: '–' } as const;

/** @returns exit code: 0 when nothing needed is missing, else 1 */
export const doctor = async (options: { readonly data: string; readonly json: boolean }): Promise<number> => {
  const findings = await examine(options.data);
  const missing = findings.filter(({ state }) => state === 'missing');
  if (options.json) console.log(JSON.stringify({ ok: missing.length === 0, findings }, null, 2));
  else {
    for (const { what, state, found, mend } of findings)
      console.log(`${MARKS[state]} ${what.padEnd(28)} ${found}${mend ? `\n    → ${mend}` : ''}`);
    console.log(
      missing.length === 0 ? '\nNothing that is needed is missing.' : `\n${missing.length} needed part(s) missing.`,
    );
  }
  return missing.length === 0 ? 0 : 1;
};
