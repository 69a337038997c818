import { describe, expect, test } from 'vitest';
import { drawnNights, type Night, NIGHT_BEFORE_MS, NIGHT_KINDS, NIGHT_SIZE } from '../../test/drawn-nights.ts';
import { scoreSequences } from '../evaluation/sequences.ts';
import { planLetterbox } from '../letterbox.ts';
import { confirm, DEFAULT_CONFIRMATION, FIRST_STATE } from './confirmation.ts';
import { GlowWatch } from './glow.ts';

const letterbox = planLetterbox({ source: NIGHT_SIZE, target: NIGHT_SIZE, fit: 'letterbox', padPosition: 'top-left' });
const dark = new Uint8Array(NIGHT_SIZE.width * NIGHT_SIZE.height * 3).fill(10);

/** Second in which the rule's own confirmation makes a fire of it; null when it does not. */
const confirmedIn = ({ frames }: Pick<Night, 'frames'>, beforeMs = NIGHT_BEFORE_MS): number | null => {
  const watch = new GlowWatch();
  let state = FIRST_STATE;
  if (beforeMs > 0) watch.look({ pixels: dark, letterbox }, 0);
  let second = 0;
  for (const pixels of frames()) {
    const ptsMs = beforeMs + 1000 * second;
    const step = confirm(state, ptsMs, watch.look({ pixels, letterbox }, ptsMs), DEFAULT_CONFIRMATION);
    state = step.state;
    if (step.changed.some((tube) => tube.state === 'confirmed')) return second;
    second++;
  }
  return null;
};

describe('a glow at night', () => {
  const nights = drawnNights(3, 140).map((night) => ({ ...night, confirmedFrame: confirmedIn(night) }));

  test('70 drawn fires and 70 nights of lamps, vehicles, moon and lightning are told apart, within a minute', () => {
    const { f1, falsePositiveRate, medianDelayFrames } = scoreSequences(nights);
    expect(f1).toBeGreaterThanOrEqual(0.95);
    expect(falsePositiveRate).toBeLessThanOrEqual(0.05);
    expect(medianDelayFrames).toBeLessThanOrEqual(60);
  });

  test.each(NIGHT_KINDS)('%s is no fire', (kind) => {
    const own = nights.filter((night) => night.kind === kind);
    expect(own.filter(({ confirmedFrame }) => confirmedFrame !== null).length).toBeLessThanOrEqual(1);
    expect(own).toHaveLength(10);
  });

  test('what burns or shines when the watch begins is not called new', () => {
    const fire = drawnNights(3, 1)[0]!;
    const later = { frames: () => skipped(fire.frames(), 31) };
    expect(confirmedIn(later)).not.toBeNull();
    expect(confirmedIn(later, 0)).toBeNull();
  });

  test('by day there is none', () => {
    const bright = { frames: () => lit(drawnNights(3, 1)[0]!.frames()) };
    expect(confirmedIn(bright)).toBeNull();
  });
});

function* skipped(frames: Generator<Uint8Array<ArrayBuffer>>, count: number): Generator<Uint8Array<ArrayBuffer>> {
  let index = 0;
  for (const pixels of frames) if (index++ >= count) yield pixels;
}

function* lit(frames: Generator<Uint8Array<ArrayBuffer>>): Generator<Uint8Array<ArrayBuffer>> {
  for (const pixels of frames) yield pixels.map((value) => Math.min(255, value + 90));
}
