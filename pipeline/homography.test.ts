import { describe, expect, test } from 'vitest';
import { fitHomography, jacobian, toGround } from './homography.ts';

const square = [
  [100, 700, 0, 0],
  [900, 700, 8, 0],
  [600, 200, 8, 40],
  [400, 200, 0, 40],
].map(([x, y, u, v]) => ({ picture: { x: x!, y: y! }, ground: { x: u!, y: v! } }));

describe('homography', () => {
  test('four pairs are met exactly', () => {
    const h = fitHomography(square)!;
    for (const { picture, ground } of square) {
      expect(toGround(h, picture).x).toBeCloseTo(ground.x, 9);
      expect(toGround(h, picture).y).toBeCloseTo(ground.y, 9);
    }
  });

  test('the middle of a trapezoid is where its diagonals meet, not halfway up', () => {
    const middle = toGround(fitHomography(square)!, { x: 500, y: 300 });
    expect(middle.x).toBeCloseTo(4, 9);
    expect(middle.y).toBeCloseTo(20, 9);
  });

  test('more pairs that agree give the same plane', () => {
    const h = fitHomography(square)!;
    const extra = [
      { x: 500, y: 500 },
      { x: 450, y: 350 },
    ].map((picture) => ({ picture, ground: toGround(h, picture) }));
    fitHomography([...square, ...extra])!.forEach((value, index) => expect(value).toBeCloseTo(h[index]!, 6));
  });

  test('points on one line, or too few, fix nothing', () => {
    const line = [0, 1, 2, 3].map((at) => ({ picture: { x: at * 100, y: 300 }, ground: { x: at, y: 0 } }));
    expect(fitHomography(line)).toBeNull();
    expect(fitHomography(square.slice(0, 3))).toBeNull();
  });

  test('the jacobian is the change over a small step', () => {
    const h = fitHomography(square)!;
    const here = { x: 480, y: 420 };
    const step = 1e-3;
    const [a, b, c, d] = jacobian(h, here);
    const [from, right, down] = [here, { x: here.x + step, y: here.y }, { x: here.x, y: here.y + step }].map((point) =>
      toGround(h, point),
    );
    expect(a).toBeCloseTo((right!.x - from!.x) / step, 6);
    expect(c).toBeCloseTo((right!.y - from!.y) / step, 6);
    expect(b).toBeCloseTo((down!.x - from!.x) / step, 6);
    expect(d).toBeCloseTo((down!.y - from!.y) / step, 6);
  });
});
