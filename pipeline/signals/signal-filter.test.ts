import { describe, expect, test } from 'vitest';
import { planLetterbox } from '../letterbox.ts';
import { isSmallLamp, lampLevel, type LampLevel } from './lamp-level.ts';
import { type LampColour, LAMP_COLOURS } from './signal.ts';
import { type SignalFilterState, stepSignal } from './signal-filter.ts';

const DARK: LampLevel = { brightness: 0.35, redness: 0.03, warmth: 0.02 };
const LIT: Readonly<Record<LampColour, LampLevel>> = {
  red: { brightness: 0.99, redness: 0.17, warmth: 0.28 },
  yellow: { brightness: 0.99, redness: 0.05, warmth: 0.35 },
  green: { brightness: 0.99, redness: -0.1, warmth: -0.05 },
};
/** Levels of a three-lamp signal of which these are lit. */
const lamps = (...lit: readonly LampColour[]) =>
  LAMP_COLOURS.map((colour) => ({ colour, level: lit.includes(colour) ? LIT[colour] : DARK }));
const washedOut = LAMP_COLOURS.map((colour) => ({ colour, level: { brightness: 1, redness: 0, warmth: 0 } }));
const covered = LAMP_COLOURS.map((colour) => ({ colour, level: null }));

/** Shows each picture for a time at 5 frames a second; gives every change of the reading. */
const watch = (spans: readonly (readonly [untilMs: number, lamps: ReturnType<typeof lamps> | typeof covered])[]) => {
  let state: SignalFilterState | null = null;
  let ptsMs = 0;
  const changes: string[] = [];
  let last = '';
  for (const [untilMs, seen] of spans)
    for (; ptsMs < untilMs; ptsMs += 200) {
      state = stepSignal(state, seen, ptsMs);
      const { reading } = state;
      const text = `${reading.state}@${reading.sincePtsMs}`;
      if (text !== last) changes.push(text);
      last = text;
    }
  return { changes, reading: state!.reading };
};

describe('signal reading', () => {
  test('follows green, yellow, red and green again, each from its first picture', () => {
    const { changes } = watch([
      [4_000, lamps('green')],
      [7_000, lamps('yellow')],
      [20_000, lamps('red')],
      [24_000, lamps('green')],
    ]);
    expect(changes.filter((change) => !change.startsWith('unknown'))).toEqual([
      'green@0',
      'yellow@4000',
      'red@7000',
      'green@20000',
    ]);
  });

  test('the start of the first state was not seen, that of the next was', () => {
    expect(watch([[2_000, lamps('red')]]).reading.isStartSeen).toBe(false);
    expect(watch([[2_000, lamps('green')], [6_000, lamps('yellow')]]).reading.isStartSeen).toBe(true); // prettier-ignore
  });

  test('one picture with red and green lit at once does not end the red', () => {
    const { changes } = watch([[4_000, lamps('red')], [4_200, lamps('red', 'green')], [8_000, lamps('red')]]); // prettier-ignore
    expect(changes).toEqual(['red@0']);
  });

  test('a lamp behind a bus keeps its last state for a moment, not for ever', () => {
    expect(watch([[4_000, lamps('red')], [5_000, covered]]).reading.state).toBe('red'); // prettier-ignore
    expect(watch([[4_000, lamps('red')], [60_000, covered]]).reading.state).toBe('unknown'); // prettier-ignore
  });

  test('a signal bleached by the sun never reads red', () => {
    const { changes } = watch([[10_000, washedOut]]);
    expect(changes.some((change) => change.startsWith('red'))).toBe(false);
  });

  test('a flashing yellow light never reads red', () => {
    const flashes = Array.from(
      { length: 20 },
      (_, index) =>
      [(index + 1) * 600, index % 2 === 0 ? lamps('yellow') : lamps()] as const, // prettier-ignore
    );
    expect(watch(flashes).changes.some((change) => change.startsWith('red'))).toBe(false);
  });

  test('a lit lamp is measured inside its region only', () => {
    const [width, height] = [8, 4];
    const pixels = new Uint8Array(width * height * 3).fill(60);
    // The right half glows red with a white core.
    for (let y = 0; y < height; y++)
      for (let x = 4; x < 8; x++) pixels.set(x === 5 ? [255, 250, 240] : [220, 60, 50], (y * width + x) * 3);
    const letterbox = {
      source: { width: 80, height: 40 },
      target: { width, height },
      crop: { x1: 0, y1: 0, x2: 80, y2: 40 },
      scaleX: 0.1,
      scaleY: 0.1,
      offset: { x: 0, y: 0 },
    };
    const right = lampLevel({ pixels, letterbox }, { x1: 0.5, y1: 0, x2: 1, y2: 1 })!;
    const left = lampLevel({ pixels, letterbox }, { x1: 0, y1: 0, x2: 0.5, y2: 1 })!;
    expect(right.brightness).toBe(1);
    expect(right.redness).toBeGreaterThan(0.1);
    expect(left.brightness).toBeCloseTo(60 / 255);
    // Three pixels wide.
    expect(lampLevel({ pixels, letterbox }, { x1: 0.5, y1: 0, x2: 0.875, y2: 1 })).toBeNull();
    expect(lampLevel({ pixels, letterbox }, { x1: 1.2, y1: 0, x2: 1.4, y2: 1 })).toBeNull();
  });

  test('lamps of a junction at 40 m ask for the detail that a camera of 1080 lines has', () => {
    const source = { width: 1920, height: 1080 };
    const lamp = { x1: 0.5, y1: 0.2, x2: 0.5 + 10 / 1920, y2: 0.2 + 10 / 1080 };
    const lay = (width: number, height: number) =>
      planLetterbox({ source, target: { width, height }, fit: 'letterbox', padPosition: 'top-left' });
    expect(isSmallLamp(lamp, lay(800, 448))).toBe(true);
    expect(isSmallLamp(lamp, lay(1600, 896))).toBe(false);
  });
});
