import { expect, test } from 'vitest';
import { type MastCamera, projector } from './camera.ts';
import { COUNTER, type FrameTruth, shoot } from './film.ts';
import { DAY } from './light.ts';
import { Mesh } from './mesh.ts';
import { drawPlate, PLATE_SIZES } from './plate-face.ts';
import { Raster } from './raster.ts';
import { junction, type Scene } from './scenes.ts';
import { PLAN } from './surroundings.ts';

const SMALL: MastCamera = { width: 240, height: 136, at: [2.2, -4, 6.2], tiltDeg: 15, panDeg: 2, focalPx: 215 };
const crate = new Mesh().box([-1, -1, 0], [1, 1, 2], { colour: [0.5, 0.1, 0.1] });
const STAGE = { ground: () => [0.1, 0.1, 0.1] as const, standing: [] };

const rasterOf = (camera: MastCamera): Raster => {
  const raster = new Raster(camera, DAY);
  raster.setStage(STAGE.ground, STAGE.standing);
  return raster;
};

test('the box around a thing is the box around its projected corners', () => {
  const [sight] = rasterOf(SMALL).draw([{ mesh: crate, placement: { x: 1, y: 14, heading: 0 } }]);
  const project = projector(SMALL);
  const corners = [0, 2].flatMap((x) => [13, 15].flatMap((y) => [0, 2].map((z) => project([x, y, z]))));
  expect(sight!.box.x1).toBeCloseTo(Math.min(...corners.map(({ x }) => x)), 0);
  expect(sight!.box.x2).toBeCloseTo(Math.max(...corners.map(({ x }) => x)), 0);
  expect(sight!.box.y1).toBeCloseTo(Math.min(...corners.map(({ y }) => y)), 0);
  expect(sight!.box.y2).toBeCloseTo(Math.max(...corners.map(({ y }) => y)), 0);
  expect(sight!.visible).toBe(1);
});

test('what stands behind something else is seen in part, and not at all behind all of it', () => {
  const raster = rasterOf(SMALL);
  const front = { mesh: crate, placement: { x: 1, y: 12, heading: 0 } };
  const [, beside] = raster.draw([front, { mesh: crate, placement: { x: 2.2, y: 16, heading: 0 } }]);
  expect(beside!.visible).toBeGreaterThan(0.3);
  expect(beside!.visible).toBeLessThan(0.95);
  const low = new Mesh().box([-0.4, -0.4, 0], [0.4, 0.4, 0.3], { colour: [0.1, 0.1, 0.5] });
  const [, hidden] = raster.draw([front, { mesh: low, placement: { x: 1, y: 13.6, heading: 0 } }]);
  expect(hidden).toBeNull();
});

test('a picture does not depend on what was drawn before it', () => {
  const raster = rasterOf(SMALL);
  const wanted = [{ mesh: crate, placement: { x: -2, y: 20, heading: 0.4 } }];
  raster.draw(wanted);
  const first = raster.picture.slice();
  raster.draw([{ mesh: crate, placement: { x: 1, y: 12, heading: 0 } }]);
  raster.draw(wanted);
  expect(raster.picture).toEqual(first);
});

test('one line or two stand on a plate in dark ink, and a letter that plates do not have is refused', () => {
  const { width, height, pixels } = drawPlate(['59-B1', '123.45'], PLATE_SIZES.motorbike, 'white');
  const inkIn = (from: number, to: number): number => {
    let count = 0;
    for (let y = Math.floor(from * height); y < to * height; y++)
      for (let x = 8; x < width - 8; x++) if (pixels[(y * width + x) * 3]! < 0.3) count++;
    return count;
  };
  expect(inkIn(0.1, 0.45)).toBeGreaterThan(200);
  expect(inkIn(0.55, 0.9)).toBeGreaterThan(200);
  expect(inkIn(0.49, 0.51)).toBe(0);
  expect(() => drawPlate(['30Q-123.45'], PLATE_SIZES.carLong, 'white')).toThrow(/letter "Q"/);
});

const scene = junction();

test('only those who are told to pass the stop line on red do so, and the truth says when', () => {
  const fronts = (at: number): Map<number, number> =>
    new Map(
      scene.actors
        .filter((actor) => actor.class !== 'person')
        .flatMap((actor) => {
          const { x, y, heading } = actor.where(at)!;
          return x > 0 && x < PLAN.halfRoad && Math.abs(heading) < 0.2 ? [[actor.id, y] as const] : [];
        }),
    );
  const crossed = new Set<number>();
  for (let at = 0; at < scene.seconds - 0.1; at += 0.1) {
    const [before, after] = [fronts(at), fronts(at + 0.1)];
    for (const [id, y] of after)
      if (scene.phases(at) === 'red' && y > PLAN.stopLine && before.get(id)! <= PLAN.stopLine) crossed.add(id);
  }
  const told = scene.acts.filter(({ kind }) => kind === 'red_light');
  expect([...crossed]).toEqual(told.map(({ actor }) => actor));
  expect(told).toHaveLength(1);
});

test('nobody drives through anybody on the same way', () => {
  const length = { motorcycle: 2.1, car: 4.4, truck: 6.5, bus: 9.2, person: 0.4 };
  const width = { motorcycle: 0.7, car: 1.8, truck: 2.2, bus: 2.44, person: 0.4 };
  for (let at = 0; at < scene.seconds; at += 0.5) {
    const riding = scene.actors.filter((actor) => actor.class !== 'person');
    for (const a of riding)
      for (const b of riding) {
        const [pa, pb] = [a.where(at)!, b.where(at)!];
        // Only along the road; those who cross have the road for themselves.
        if (a.id >= b.id || Math.abs(pa.heading - pb.heading) > 0.2 || Math.abs(Math.sin(pa.heading)) > 0.5) continue;
        const apart = Math.abs(pa.y - pb.y) - (length[a.class] + length[b.class]) / 2;
        const beside = Math.abs(pa.x - pb.x) - (width[a.class] + width[b.class]) / 2;
        expect(Math.max(apart, beside), `${a.id} and ${b.id} at ${at} s`).toBeGreaterThan(-0.35);
      }
  }
});

test('every kind of act is in the film while it can be seen, and pictures carry their number', () => {
  const kinds = ['wrong_way', 'wrong_lane', 'red_light', 'no_helmet', 'too_many_riders', 'pavement_riding'];
  expect(new Set(scene.acts.map(({ kind }) => kind))).toEqual(new Set(kinds));
  const short: Scene = { ...scene, camera: SMALL, seconds: 0.4 };
  const frames: FrameTruth[] = [];
  for (const { pixels, truth } of shoot(short)) {
    const row = pixels.subarray((SMALL.height - 2) * SMALL.width * 3);
    let number = 0;
    for (let bit = 0; bit < COUNTER.bits; bit++) number |= (row[(bit * COUNTER.cell + 4) * 3]! > 127 ? 1 : 0) << bit;
    expect(number).toBe(truth.frame);
    frames.push(truth);
  }
  expect(frames).toHaveLength(5);
  const riders = frames[0]!.actors.filter(({ heads }) => heads.length > 0);
  expect(riders.length).toBeGreaterThan(3);
  // Heads sit in the upper half of what they belong to.
  for (const { box, heads } of riders)
    for (const head of heads) expect(head.box[1]).toBeLessThan((box[1] + box[3]) / 2);
});
