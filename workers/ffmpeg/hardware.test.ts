import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodingMachine, type DecodingMachine, faultsOf, findHardware, hardwareArgs, trialArgs } from './hardware.ts';

/** A machine as it is described. */
const machine = (nodes: readonly string[], faults: Readonly<Record<string, string>> = {}) => {
  const tried: string[] = [];
  const described: DecodingMachine = {
    deviceNodes: () => Promise.resolve(nodes),
    accelerations: () => {
      tried.push('ffmpeg -hwaccels');
      return Promise.resolve(new Set(['cuda', 'vaapi']));
    },
    faultOf: ({ kind, device }) => {
      tried.push(device ?? kind);
      return Promise.resolve(faults[device ?? kind] ?? null);
    },
  };
  return { ...described, tried };
};
const [INTEL, AMD, NVIDIA] = ['/dev/dri/renderD128', '/dev/dri/renderD129', '/dev/nvidia0'];

describe('the search for a decoder', () => {
  test('starts nothing on a machine without devices, and says what it looked for', async () => {
    const bare = machine(['/dev/null', '/dev/dri/card0']);
    const search = await findHardware('auto', bare);
    expect({ chosen: search.chosen, tried: bare.tried }).toEqual({ chosen: null, tried: [] });
    expect(faultsOf(search)).toBe(
      'cuda: no device (/dev/nvidia0); vaapi: no device (/dev/dri/renderD128); qsv: no device (/dev/dri/renderD128)',
    );
  });

  test('takes the first that decodes a clip, and looks no further', async () => {
    const both = machine([INTEL, NVIDIA]);
    expect((await findHardware('auto', both)).chosen).toEqual({ kind: 'cuda', device: null });
    expect(both.tried).toEqual(['ffmpeg -hwaccels', 'cuda']);
  });

  test('goes on to the next when a driver is missing, and says what to install', async () => {
    const search = await findHardware(
      'auto',
      machine([INTEL, AMD, NVIDIA], { cuda: 'no libnvcuvid', [INTEL]: 'busy' }),
    );
    expect(search.chosen).toEqual({ kind: 'vaapi', device: AMD });
    expect(faultsOf(search)).toBe(`cuda: no libnvcuvid; vaapi (${INTEL}): busy`);
    expect(search.trials[0]?.mend).toContain('libnvcuvid');
  });

  test('tries only what is configured, and nothing when it is off', async () => {
    expect((await findHardware('vaapi', machine([INTEL, NVIDIA]))).chosen?.kind).toBe('vaapi');
    expect(await findHardware('off', machine([INTEL, NVIDIA]))).toEqual({ chosen: null, trials: [] });
  });

  test('knows an ffmpeg that was built without a kind', async () => {
    expect(faultsOf(await findHardware('qsv', machine([INTEL])))).toBe('qsv: ffmpeg does not offer it');
  });
});

test('what a decoder is asked for', () => {
  expect(hardwareArgs({ kind: 'vaapi', device: INTEL }, 'hevc')).toEqual([
    '-hwaccel',
    'vaapi',
    '-hwaccel_device',
    INTEL,
  ]);
  expect(hardwareArgs({ kind: 'cuda', device: null }, 'h264')).toEqual(['-hwaccel', 'cuda']);
  expect(hardwareArgs({ kind: 'qsv', device: null }, 'hevc')).toEqual(['-c:v', 'hevc_qsv']);
  expect(hardwareArgs({ kind: 'cuda', device: null }, 'mpeg4')).toEqual([]);
  expect(hardwareArgs(null, 'h264')).toEqual([]);
});

describe('the test clip, with the ffmpeg that is installed', () => {
  test('is not decoded by a device that does not exist, and the reason is told', async () => {
    const fault = await decodingMachine.faultOf({ kind: 'vaapi', device: '/dev/dri/none' });
    expect(fault).toMatch(/\/dev\/dri\/none|vaapi|device/i);
  });

  test('counts as refused when the processor decodes it instead', async () => {
    // What ffmpeg does with `-hwaccel` when the card cannot take a stream: pictures, but not from the card.
    const folder = await mkdtemp(join(tmpdir(), 'watchpost-hardware-'));
    const { execFileSync, spawnSync } = await import('node:child_process');
    try {
      const clip = join(folder, 'clip.mp4');
      execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=5', '-t', '1', clip]);
      const args = trialArgs({ kind: 'vaapi', device: INTEL }, clip);
      const unaided = args.filter((arg, at) => !/^-hwaccel/.test(arg) && !/^-hwaccel/.test(args[at - 1] ?? ''));
      expect(unaided).toContain('hwdownload,format=nv12');
      expect(spawnSync('ffmpeg', unaided).status).not.toBe(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
