import { describe, expect, test } from 'vitest';
import { parseConfig } from './config.ts';

const camera = (extra = '') => `version: 1
detectors:
  road: { model: yolox-nano-416 }
cameras:
  - id: gate
    source: { url: "rtsp://\${RTSP_USER}:\${RTSP_PASSWORD}@10.0.0.2/1" }
    analysis: { detector: road }
    zones: { lane: [[0, 0], [1, 0], [1, 1]] }
    lines: { stop: [[0, 0.5], [1, 0.5]] }
${extra}`;
const pose = (id: string, extra = ''): string =>
  `{ id: ${id}, azimuthDeg: 10, fieldOfViewDeg: 54${extra && `, ${extra}`} }`;
const environment = { RTSP_USER: 'u', RTSP_PASSWORD: 'p' };
const message = (text: string, values: Record<string, string> = environment): string => {
  try {
    parseConfig(text, values, 'site.yml');
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

describe('configuration', () => {
  test('fills in defaults and takes secrets from the environment', () => {
    const config = parseConfig(camera(), environment);
    expect(config.cameras[0]?.source.url).toBe('rtsp://u:p@10.0.0.2/1');
    expect(config.server.port).toBe(8080);
    expect(config.cameras[0]?.analysis?.fps).toBe(5);
  });

  test('fills in the defaults of a rule by its kind', () => {
    const config = parseConfig(
      camera('    rules: [{ id: r1, kind: wrong_way, zone: lane, heading: [0, -1] }]'),
      environment,
    );
    expect(config.cameras[0]?.rules[0]).toMatchObject({ report: 'case', minAngleDeg: 120 });
  });

  test.each([
    [
      'an unknown key',
      camera().replace('analysis:', 'analisys:'),
      'site.yml:7: cameras.0.analisys: unknown key; did you mean "analysis"?',
    ],
    [
      'an unknown top key',
      `${camera()}\nrecroding: {}`,
      'site.yml:11: recroding: unknown key; did you mean "recording"?',
    ],
    [
      'a mistyped rule kind',
      camera('    rules: [{ id: r1, kind: wrong_lan, zone: lane }]'),
      'site.yml:10: cameras.0.rules.0.kind: unknown kind "wrong_lan"; did you mean "wrong_lane"?',
    ],
    [
      'a mistyped rule key',
      camera('    rules: [{ id: r1, kind: crowding, zone: lane, raisCount: 3 }]'),
      'cameras.0.rules.0.raisCount: unknown key; did you mean "raiseCount"?',
    ],
    [
      'a missing member',
      camera('    rules: [{ id: r1, kind: wrong_way, zone: lane }]'),
      'cameras.0.rules.0.heading: missing',
    ],
    [
      'a value out of range',
      camera().replace('{ detector: road }', '{ detector: road, fps: 99 }'),
      'cameras.0.analysis.fps: expected number above 0 to 30',
    ],
    [
      'a zone that does not exist',
      camera('    rules: [{ id: r1, kind: wrong_way, zone: lame, heading: [0, 1] }]'),
      'no zone "lame"; did you mean "lane"?',
    ],
    [
      'an arrow whose signal does not exist',
      camera(`    signalFeeds: { main: {}, right: {} }
    rules: [{ id: r1, kind: red_light, line: stop, direction: in, signal: main, zone: lane, arrows: [{ signal: rigth, zone: lane }] }]`),
      'cameras.0.rules.0.arrows.0.signal: no signal "rigth"; did you mean "right"?',
    ],
    [
      'a signal that is both read from lamps and told',
      camera(`    signalFeeds: { main: {} }
    signals: { main: [{ colour: red, box: [0.1, 0.1, 0.2, 0.2] }] }`),
      'cameras.0.signalFeeds.main: "main" is read from lamps under `signals` already',
    ],
    [
      'a detector that does not exist',
      camera().replace('detector: road', 'detector: raod'),
      'no detector "raod"; did you mean "road"?',
    ],
    [
      'two cameras of one id',
      `${camera()}  - { id: gate, source: { url: a.mp4 } }`,
      '"gate" is used by another camera too',
    ],
    [
      'a pose that is there twice',
      camera(`    sweep: { startAt: "2026-11-21T06:00:00Z", poses: [${pose('a')}, ${pose('a')}] }`),
      'cameras.0.sweep.poses.1.id: "a" is used by another pose of this camera',
    ],
    [
      'a sweep of a live camera without a start',
      camera(`    sweep: { by: scene, poses: [${pose('a')}, ${pose('b')}] }`),
      'cameras.0.sweep: missing `startAt`; a live camera needs an instant at which its first pose began',
    ],
    [
      'stills whose pose is to be seen on the picture',
      camera(`    sweep: { by: scene, poses: [${pose('a')}, ${pose('b')}] }`).replace(
        /"rtsp:[^"]*"/,
        '"stills://tower"',
      ),
      'cameras.0.sweep.by: expected "source", found "scene": stills come with the name of their pose',
    ],
    [
      'a camera that is asked where it stands, without its address',
      camera(
        `    sweep: { by: onvif, poses: [${pose('a', 'ptz: { pan: 0, tilt: 0 }')}, ${pose('b', 'ptz: { pan: 0.5, tilt: 0 }')}] }`,
      ),
      'cameras.0.sweep: missing `onvif`',
    ],
    [
      'two presets that could not be told apart',
      camera(
        `    sweep: { by: onvif, onvif: "http://c/onvif", poses: [${pose('a', 'ptz: { pan: 0, tilt: 0 }')}, ${pose('b', 'ptz: { pan: 0.004, tilt: 0 }')}] }`,
      ),
      'cameras.0.sweep.poses.1.ptz: within twice ptzTolerance (0.005) of pose "a"',
    ],
    [
      'a pose that is over before its picture has settled',
      camera(`    sweep: { settleMs: 2000, poses: [${pose('a')}, ${pose('b', 'dwellMs: 2000')}] }`),
      'cameras.0.sweep.poses.1.dwellMs: expected more than settleMs (2000), found 2000',
    ],
    [
      'an exclusion of a pose that does not exist',
      camera(`    sweep: { poses: [${pose('a')}, ${pose('b', 'exclusions: [lame]')}] }`),
      'cameras.0.sweep.poses.1.exclusions.0: no zone "lame"; did you mean "lane"?',
    ],
    [
      'a rule on one fixed view beside a sweep',
      camera(`    sweep: { poses: [${pose('a')}, ${pose('b')}] }
    rules: [{ id: r1, kind: wrong_way, zone: lane, heading: [0, 1] }]`),
      'cameras.0.rules.0.kind: "wrong_way" looks at one fixed view; a camera with a `sweep` takes `smoke` rules only',
    ],
    [
      'a second pose table',
      camera(`    sweep: { poses: [${pose('a')}, ${pose('b')}] }
    rules: [{ id: r1, kind: smoke, pose: { azimuthDeg: 1, fieldOfViewDeg: 54 } }]`),
      'cameras.0.rules.0.pose: the poses of this camera stand in its `sweep`; leave this one out',
    ],
    ['broken YAML', 'cameras: [', 'site.yml:1:'],
  ])('%s is refused with file, line, key and what would be right', (_, text, expected) => {
    expect(message(text)).toContain(expected);
  });

  test('a missing environment variable is named, not its neighbours’ values', () => {
    const text = message(camera(), { RTSP_USER: 'u' });
    expect(text).toContain('environment variable RTSP_PASSWORD is not set');
  });
});
