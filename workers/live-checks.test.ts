import { describe, expect, test } from 'vitest';
import { DriftMeter, LiveChecks, MOST_DRIFT_MS } from './live-checks.ts';

const info = { codec: 'h264', width: 640, height: 360, fps: 25, durationMs: null };

/** A fragment's media data with the given NAL units, four-byte lengths. */
const fragmentOf = (...units: readonly number[][]): Uint8Array => {
  const data = units.flatMap((unit) => [0, 0, 0, unit.length, ...unit]);
  return Uint8Array.from([0, 0, 0, data.length + 8, ...Buffer.from('mdat'), ...data]);
};
const [delimiter, oldSet, newSet, picture] = [
  [9, 0xf0],
  [0x67, 1],
  [0x67, 2],
  [0x65, 3],
];

describe('the picture format', () => {
  test('that stays, sent once or twice with a key frame, is no change', () => {
    const checks = new LiveChecks(info);
    checks.checkFormat(fragmentOf(delimiter, oldSet, oldSet, picture));
    checks.checkFormat(fragmentOf([], delimiter, oldSet, picture));
    expect(() => checks.checkFormat(fragmentOf(picture))).not.toThrow();
  });

  test('that changes ends the session', () => {
    const checks = new LiveChecks(info);
    checks.checkFormat(fragmentOf(oldSet, picture));
    expect(() => checks.checkFormat(fragmentOf(newSet, picture))).toThrow(/changed its picture format/);
  });
});

/** A recording's header with one picture format in it, in nested boxes. */
const initOf = (coding: string, width: number, height: number): Uint8Array => {
  const box = (type: string, ...parts: readonly Uint8Array[]): Buffer => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(body.length + 8);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body]);
  };
  const entry = Buffer.alloc(70);
  entry.writeUInt16BE(width, 24);
  entry.writeUInt16BE(height, 26);
  const table = box('stbl', box('stsd', Buffer.alloc(8), box(coding, entry)));
  return box('moov', box('trak', box('mdia', box('minf', table))));
};

describe('a recording that begins', () => {
  test.each([
    ['as the camera was looked at', 'avc1', 640, 360, false],
    ['turned, as it is shown', 'avc1', 360, 640, false],
    ['in another size', 'avc1', 1280, 720, true],
    ['in another codec', 'hvc1', 640, 360, true],
  ])('%s', (_, coding, width, height, isRefused) => {
    const check = (): void => new LiveChecks(info).checkInit(initOf(coding, width, height));
    if (isRefused) expect(check).toThrow(/changed its picture format/);
    else expect(check).not.toThrow();
  });
});

describe('the clock of a camera', () => {
  test('that goes back by minutes ends the session; jitter does not', () => {
    const checks = new LiveChecks(info);
    checks.checkTime(100_000, 0);
    checks.checkTime(99_500, 40);
    expect(() => checks.checkTime(40_000, 80)).toThrow(/clock went back/);
  });

  test('that jumps ahead ends the session at once', () => {
    const checks = new LiveChecks(info);
    checks.checkTime(0, 0);
    expect(() => checks.checkTime(3_600_000, 40)).toThrow(/ahead of its start/);
  });

  test('that jumps inside a fragment keeps it out of the recording', () => {
    const checks = new LiveChecks(info);
    checks.checkTime(0, 0);
    checks.checkRecorded(2_000, 2_040);
    expect(() => checks.checkRecorded(3_604_000, 4_040)).toThrow(/ahead of its start/);
  });

  test('that runs 50 in a million slow is found when it is 2 s behind, after about 11 hours', () => {
    const meter = new DriftMeter();
    let hours = 0;
    for (let second = 0; second < 20 * 3_600; second++) {
      hours = second / 3_600;
      const jitterMs = (second % 7) * 40;
      if (Math.abs(meter.push(second * 1_000 * (1 - 50e-6), second * 1_000 + jitterMs)) > MOST_DRIFT_MS) break;
    }
    expect(hours).toBeGreaterThan(11);
    expect(hours).toBeLessThan(11.3);
  });

  test('that is right is not blamed for a network that stands still for 20 s and catches up', () => {
    const meter = new DriftMeter();
    for (let ms = 0; ms < 600_000; ms += 200) {
      const delayed = ms > 300_000 && ms < 320_000 ? 320_000 : ms;
      expect(Math.abs(meter.push(ms, delayed))).toBeLessThan(MOST_DRIFT_MS);
    }
  });

  test('that is right is not blamed for pictures that waited 5 s while the stream was opened', () => {
    const meter = new DriftMeter();
    for (let ms = 0; ms < 120_000; ms += 200)
      expect(Math.abs(meter.push(ms, Math.max(ms, 5_000 + ms / 20)))).toBeLessThan(MOST_DRIFT_MS);
  });
});
