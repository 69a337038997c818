import { describe, expect, test } from 'vitest';
import { addTold, readTold, type ToldSignal } from './signal-feed.ts';

const tell = (state: ToldSignal['state'], sinceAt: number, saidAt = sinceAt): ToldSignal => ({
  ...{ cameraId: 'c', signal: 'main' },
  ...{ state, sinceAt, saidAt },
});
const all = (...told: readonly ToldSignal[]): readonly ToldSignal[] => told.reduce<readonly ToldSignal[]>(addTold, []);
const clock = { anchorAt: 10_000, uncertaintyMs: 200 };
const read = (told: readonly ToldSignal[], capturedAt: number) => readTold(told, capturedAt, clock, 5_000);

describe('a signal told by its controller', () => {
  test('a frame shows what held when it was taken, however late it comes', () => {
    const told = all(tell('green', 12_000), tell('yellow', 15_000), tell('red', 18_000));
    expect([13_000, 16_000, 19_000].map((at) => read(told, at).state)).toEqual(['green', 'yellow', 'red']);
    expect(read(told, 11_000).state).toBe('unknown');
  });

  test('within the uncertainty of the camera’s clock after a change it is unknown, and red counts from its end', () => {
    const told = all(tell('yellow', 15_000), tell('red', 18_000));
    expect(read(told, 18_150).state).toBe('unknown');
    expect(read(told, 18_250)).toMatchObject({ state: 'red', sincePtsMs: 8_200, isTold: true });
    // The same instant in every frame: rules compare it.
    expect(read(told, 20_333.3333).sincePtsMs).toBe(8_200);
  });

  test('a controller that falls silent is not believed until it speaks again', () => {
    const told = all(tell('red', 18_000));
    expect(read(told, 22_900).state).toBe('red');
    expect(read(told, 23_100)).toMatchObject({ state: 'unknown', sincePtsMs: 13_000 });
    expect(read(all(...told, tell('red', 18_000, 23_500)), 23_600)).toMatchObject({ state: 'red', sincePtsMs: 8_200 });
  });

  test('nothing told is unknown; a message that comes late and out of turn changes nothing', () => {
    expect(read([], 12_000).state).toBe('unknown');
    expect(all(tell('red', 18_000), tell('yellow', 15_000)).map(({ state }) => state)).toEqual(['red']);
  });

  test('two minutes of states are kept, and always the one that holds', () => {
    const many = Array.from({ length: 500 }, (_, index) => tell(index % 2 === 0 ? 'red' : 'green', index * 1_000));
    expect(all(...many).length).toBeLessThan(125);
    const long = all(tell('red', 0), tell('red', 0, 3_000_000));
    expect(readTold(long, 3_000_100, clock, 5_000).state).toBe('red');
  });
});
