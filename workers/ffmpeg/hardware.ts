import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../../pipeline/config-schema.ts';

const run = promisify(execFile);

/** In the order in which `auto` tries them: the card that is there for video first. */
export const HARDWARE_KINDS = ['cuda', 'vaapi', 'qsv'] as const;
export type HardwareKind = (typeof HARDWARE_KINDS)[number];
/** A decoder outside the processor. @property device its node; null: the first one */
export type Hardware = { readonly kind: HardwareKind; readonly device: string | null };
export type HardwareTrial = Hardware & {
  /** Null when it works. */
  readonly fault: string | null;
  /** What to install or to switch on; null when it works. */
  readonly mend: string | null;
};
export type HardwareSearch = { readonly chosen: Hardware | null; readonly trials: readonly HardwareTrial[] };

/** What cameras send and every such decoder takes; anything else is decoded by the processor. */
const CODECS: ReadonlySet<string> = new Set(['h264', 'hevc']);

/**
 * ffmpeg's arguments in front of an input. The pictures come back into the machine's memory, so that filters and what
 * is done with them stay as they are. Empty: the processor decodes.
 */
export const hardwareArgs = (hardware: Hardware | null, codec: string): readonly string[] => {
  if (hardware === null || !CODECS.has(codec)) return [];
  // The decoders of Quick Sync are codecs of their own; `-hwaccel qsv` would keep their pictures on the card.
  if (hardware.kind === 'qsv') return ['-c:v', `${codec}_qsv`];
  return ['-hwaccel', hardware.kind, ...(hardware.device === null ? [] : ['-hwaccel_device', hardware.device])];
};

/** Decodes a few pictures of the clip to nothing, and fails where ffmpeg would quietly take the processor instead. */
export const trialArgs = (hardware: Hardware, clip: string): readonly string[] => {
  const stay = hardware.kind === 'qsv' ? [] : ['-hwaccel_output_format', hardware.kind];
  // `hwdownload` refuses pictures that are not on the card.
  const fetch = hardware.kind === 'qsv' ? [] : ['-vf', 'hwdownload,format=nv12'];
  return [
    ...['-hide_banner', '-nostdin', '-v', 'error', '-xerror', ...hardwareArgs(hardware, 'h264'), ...stay],
    ...['-i', clip, '-an', ...fetch, '-f', 'null', '-'],
  ];
};

const NODES: Readonly<Record<HardwareKind, RegExp>> = {
  cuda: /^\/dev\/(nvidia\d+|dxg)$/,
  vaapi: /^\/dev\/dri\/renderD\d+$/,
  qsv: /^\/dev\/dri\/renderD\d+$/,
};
const DRIVERS: Readonly<Record<HardwareKind, string>> = {
  cuda: "install NVIDIA's driver with its video part (libnvcuvid; in containers the capabilities compute and video)",
  vaapi: 'apt-get install intel-media-va-driver or mesa-va-drivers; let this user into the group render',
  qsv: 'apt-get install intel-media-va-driver libmfx1 (or libmfx-gen1.2); let this user into the group render',
};

/** The machine, as far as decoders are concerned. */
export type DecodingMachine = {
  readonly deviceNodes: () => Promise<readonly string[]>;
  /** What ffmpeg was built with; empty where there is none. */
  readonly accelerations: () => Promise<ReadonlySet<string>>;
  /** Decodes a real clip with it. @returns why it does not work, or null */
  readonly faultOf: (hardware: Hardware) => Promise<string | null>;
};

/** Finds a decoder that works. Without any device nothing is started. */
export const findHardware = async (
  wanted: Config['recording']['hardwareDecode'],
  machine: DecodingMachine,
): Promise<HardwareSearch> => {
  const trials: HardwareTrial[] = [];
  if (wanted === 'off') return { chosen: null, trials };
  const nodes = await machine.deviceNodes();
  for (const kind of wanted === 'auto' ? HARDWARE_KINDS : [wanted]) {
    const mine = nodes.filter((node) => NODES[kind].test(node));
    const fail = (device: string | null, fault: string, mend = DRIVERS[kind]): void =>
      void trials.push({ kind, device, fault, mend });
    if (mine.length === 0) {
      fail(null, `no device (${kind === 'cuda' ? '/dev/nvidia0' : '/dev/dri/renderD128'})`);
      continue;
    }
    if (!(await machine.accelerations()).has(kind)) {
      fail(null, 'ffmpeg does not offer it', 'install an ffmpeg that lists it under `ffmpeg -hwaccels`');
      continue;
    }
    for (const device of kind === 'vaapi' ? mine : [null]) {
      const chosen: Hardware = { kind, device };
      const fault = await machine.faultOf(chosen);
      if (fault !== null) {
        fail(device, fault);
        continue;
      }
      trials.push({ ...chosen, fault: null, mend: null });
      return { chosen, trials };
    }
  }
  return { chosen: null, trials };
};

/** A driver that hangs must not keep the cameras from being recorded. */
const TRIAL_LIMIT_MS = 10_000;
const limited = { timeout: TRIAL_LIMIT_MS, killSignal: 'SIGKILL' } as const;

const list = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).map((name) => join(folder, name)).sort();

/** This machine. */
export const decodingMachine: DecodingMachine = {
  deviceNodes: async () => [...(await list('/dev')), ...(await list('/dev/dri'))],
  accelerations: async () => {
    const listed = run('ffmpeg', ['-hide_banner', '-v', 'error', '-hwaccels'], limited);
    const { stdout } = await listed.catch(() => ({ stdout: '' }));
    return new Set(stdout.split('\n').map((line) => line.trim()));
  },
  faultOf: async (hardware) => {
    let folder: string | null = null;
    try {
      folder = await mkdtemp(join(tmpdir(), 'watchpost-decoder-'));
      const clip = join(folder, 'clip.mp4');
      await run('ffmpeg', [
        ...['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=5', '-frames:v', '5'],
        ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', clip],
      ]);
      await run('ffmpeg', [...trialArgs(hardware, clip)], limited);
      return null;
    } catch (error) {
      const { killed, stderr, message } = error as Error & { killed?: boolean; stderr?: string };
      if (killed) return `no picture within ${TRIAL_LIMIT_MS / 1000} s`;
      // The first line says what went wrong, those after it what followed from that.
      return (stderr ?? message).split('\n').find((line) => line.trim()) ?? message;
    } finally {
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    }
  },
};

/** For people: `vaapi (/dev/dri/renderD128)`. */
export const hardwareName = ({ kind, device }: Hardware): string => (device === null ? kind : `${kind} (${device})`);
/** For people: what was tried in vain, and why. */
export const faultsOf = ({ trials }: HardwareSearch): string =>
  trials.flatMap((trial) => (trial.fault === null ? [] : [`${hardwareName(trial)}: ${trial.fault}`])).join('; ');
