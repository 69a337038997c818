import { describe, expect, test } from 'vitest';
import { planLetterbox } from '../../pipeline/letterbox.ts';
import { inputArgs, type InputOptions, isFile, rawFrameArgs, recordingArgs, streamArgs } from './args.ts';

const source = { width: 1280, height: 720 };
const target = { width: 416, height: 416 };
const letterbox = planLetterbox({ source, target, fit: 'letterbox', padPosition: 'centred' });
const file: InputOptions = {
  ...{ url: '/samples/street.mp4', transport: 'tcp', loop: false, realtime: false, stallMs: 10_000, size: source },
};

const filtersOf = (args: readonly string[]): string => args[args.indexOf('-vf') + 1]!;

describe('the input', () => {
  test('a file that is played as fast as possible has neither pace nor loop', () => {
    expect(inputArgs(file)).toEqual([
      '-fflags',
      '+genpts+discardcorrupt',
      '-threads',
      '1',
      '-i',
      '/samples/street.mp4',
    ]);
  });

  test('a file that plays as a camera has both', () => {
    const args = inputArgs({ ...file, loop: true, realtime: true });
    expect(args).toContain('-re');
    expect(args.join(' ')).toContain('-stream_loop -1');
  });

  test('a camera is asked for its pictures alone, over the given transport, and given up after the stall time', () => {
    const args = inputArgs({ ...file, url: 'rtsp://10.0.0.5/live', transport: 'udp', loop: true, realtime: true });
    expect(args.join(' ')).toContain('-rtsp_transport udp -timeout 10000000 -allowed_media_types video');
    expect(args).not.toContain('-stream_loop');
    expect(args).not.toContain('-re');
  });

  test('live pictures are not held back by decoding several at once; slices of large ones are shared out', () => {
    const camera = { ...file, url: 'rtsp://10.0.0.5/live' };
    expect(inputArgs(camera).join(' ')).toContain('-threads 1 -i');
    const large = { width: 3840, height: 2160 };
    expect(inputArgs({ ...camera, size: large }).join(' ')).toContain('-thread_type slice -i');
    expect(inputArgs({ ...file, size: large }).join(' ')).toContain('-threads 1 -i');
  });

  test('hardware decodes what is read, with the paces and time-outs of any other source', () => {
    const hardware = ['-hwaccel', 'vaapi', '-hwaccel_device', '/dev/dri/renderD128'];
    const camera = { ...file, url: 'rtsp://10.0.0.5/live' };
    const args = inputArgs({ ...camera, hardware });
    expect(args.join(' ')).toContain('-threads 1 -hwaccel vaapi -hwaccel_device /dev/dri/renderD128 -i rtsp:');
    expect(args.filter((arg) => !hardware.includes(arg))).toEqual(inputArgs(camera));
  });

  test('an HTTP stream has its own time-out', () => {
    expect(streamArgs({ ...file, url: 'https://10.0.0.5/live.ts' }).join(' ')).toContain('-rw_timeout 10000000');
  });

  test.each([
    ['/samples/street.mp4', true],
    ['samples/a:b.mp4', true],
    ['rtsp://10.0.0.5/live', false],
    ['RTSPS://10.0.0.5/live', false],
    ['http://10.0.0.5/live.ts', false],
  ])('%s is a file: %s', (url, expected) => {
    expect(isFile(url)).toBe(expected);
  });
});

describe('analysis frames', () => {
  test('are chosen by their own times, never made up by a rate filter', () => {
    const filters = filtersOf(rawFrameArgs({ letterbox, fps: 5 }));
    expect(filters).toContain('gte(t-prev_selected_t\\,0.1900)');
    expect(filters).not.toMatch(/(^|,)fps=/);
  });

  test('are scaled and padded with the numbers of the letterbox, in the grey of the detectors', () => {
    expect(filtersOf(rawFrameArgs({ letterbox, fps: 5 }))).toContain(
      'scale=416:234:flags=bicubic,format=yuv422p,scale=flags=bicubic,format=rgb24,pad=416:416:0:91:0x727272',
    );
  });

  test('show a region of the picture cut out before it is scaled', () => {
    const part = planLetterbox({
      source,
      target,
      crop: { x1: 320, y1: 180, x2: 960, y2: 540 },
      fit: 'stretch',
      padPosition: 'centred',
    });
    expect(filtersOf(rawFrameArgs({ letterbox: part, fps: 5 }))).toContain('crop=640:360:320:180,scale=416:416');
  });

  test('of a live stream include any that goes back in time', () => {
    const filters = filtersOf(rawFrameArgs({ letterbox, fps: 5, live: true }));
    expect(filters).toContain('+lt(t-prev_selected_t\\,-1)');
    expect(filtersOf(rawFrameArgs({ letterbox, fps: 5 }))).not.toContain('lt(n');
  });
});

test('the recording is a stream copy of the pictures alone, cut at key frames', () => {
  const args = recordingArgs('/samples/street.mp4', 2_000).join(' ');
  expect(args).toContain('-map 0:v:0 -c copy');
  expect(args).toContain('+frag_keyframe');
  expect(args).toContain('-frag_duration 8000000');
});
