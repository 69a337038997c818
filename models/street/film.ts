import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { projector } from './camera.ts';
import { Raster, type Placement, type Sight } from './raster.ts';
import type { Act, ActorClass, Scene } from './scenes.ts';
import { type Aspect, ground, signal, standing } from './surroundings.ts';
import type { Vec3 } from './vector.ts';

type Rectangle = readonly [x1: number, y1: number, x2: number, y2: number];

/** What is true of one picture. Boxes in pixels of the picture. */
export type FrameTruth = {
  readonly frame: number;
  readonly ptsMs: number;
  readonly lamp: Aspect;
  readonly actors: readonly {
    readonly id: number;
    readonly class: ActorClass;
    readonly box: Rectangle;
    /** Share that nothing hides. */
    readonly visible: number;
    readonly plates: readonly { readonly text: string; readonly box: Rectangle }[];
    readonly heads: readonly { readonly wear: string; readonly box: Rectangle }[];
  }[];
};

export type Truth = {
  readonly size: { readonly width: number; readonly height: number };
  readonly fps: number;
  readonly acts: readonly Act[];
  readonly frames: readonly FrameTruth[];
};

/** Squares of the frame counter: black and white, lowest bit first, from the bottom left. */
export const COUNTER = { bits: 12, cell: 8 } as const;
/** A prime, so that rows do not repeat the noise. */
const NOISE_LENGTH = 1_000_003;
/** Standard deviation, levels of 255: a good camera by day. */
const NOISE_LEVELS = 2.2;

/** A scene picture by picture: what a camera would send, with what is true of it. */
export function* shoot(scene: Scene): Generator<{ readonly pixels: Buffer; readonly truth: FrameTruth }> {
  const { camera, light, seconds, fps, phases, actors } = scene;
  const raster = new Raster(camera, light);
  raster.setStage(ground, standing());
  const develop = developer(camera.width, camera.height, light.exposure);
  const signals = new Map<Aspect, ReturnType<typeof signal>>();
  for (let frame = 0; frame < Math.round(seconds * fps); frame++) {
    const at = frame / fps;
    const lamp = phases(at);
    if (!signals.has(lamp)) signals.set(lamp, signal(lamp));
    const present = actors.flatMap((actor) => {
      const placement = actor.where(at);
      return placement && placement.y > 4 && placement.y < 130 && Math.abs(placement.x) < 45
        ? [{ actor, placement, figure: actor.figure(at) }]
        : [];
    });
    const [, ...sights] = raster.draw([
      { mesh: signals.get(lamp)!, placement: { x: 0, y: 0, heading: 0 } },
      ...present.map(({ figure, placement }) => ({ mesh: figure.mesh, placement })),
    ]);
    const truths = present.flatMap(({ actor, placement, figure }, index) => {
      const sight = sights[index];
      if (!sight) return [];
      const boxOf = boxer(scene, placement);
      return {
        ...{ id: actor.id, class: actor.class, box: rectangle(sight), visible: Math.round(sight.visible * 100) / 100 },
        plates: figure.plates.flatMap(({ text, corners }) =>
          facesCamera(scene, placement, corners) ? [{ text, box: boxOf(corners) }] : [],
        ),
        heads: figure.heads.map(({ at: [x, y, z], radius: r, wear }) => ({
          wear,
          box: boxOf([[x - r, y, z - r], [x + r, y, z - r], [x - r, y, z + r], [x + r, y, z + r]]), // prettier-ignore
        })),
      };
    });
    yield {
      pixels: develop(raster.picture, frame),
      truth: { frame, ptsMs: (frame * 1000) / fps, lamp, actors: truths },
    };
  }
}

/**
 * Writes a scene as a camera sends it.
 * @throws Error when ffmpeg fails
 */
export const film = async (scene: Scene, file: string): Promise<Truth> => {
  const { camera, fps, acts } = scene;
  const size = { width: camera.width, height: camera.height };
  const frames: FrameTruth[] = [];
  const pictures = function* (): Generator<Buffer> {
    for (const { pixels, truth } of shoot(scene)) {
      frames.push(truth);
      yield pixels;
    }
  };
  await encode(pictures(), { ...size, fps }, file);
  return { size, fps, acts, frames };
};

/**
 * Writes pictures, uint8 RGB, as a camera sends them: H.264, a key frame each second, no B-frames.
 * @throws Error when ffmpeg fails
 */
export const encode = async (
  pictures: Iterable<Buffer>,
  { width, height, fps }: { readonly width: number; readonly height: number; readonly fps: number },
  file: string,
): Promise<void> => {
  const encoder = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`],
      ...['-r', String(fps), '-i', 'pipe:0', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-bf', '0'],
      ...['-g', String(Math.round(fps)), '-pix_fmt', 'yuv420p', '-movflags', '+faststart', file],
    ],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  const ended = once(encoder, 'close');
  for (const pixels of pictures)
    if (!encoder.stdin.write(pixels)) await Promise.race([once(encoder.stdin, 'drain'), ended]);
  encoder.stdin.end();
  const [exitCode] = (await ended) as [number];
  if (exitCode !== 0) throw new Error(`ffmpeg could not write ${file} (exit code ${exitCode})`);
};

/** Light to levels, with the noise of a sensor and the frame counter. */
export const developer = (width: number, height: number, exposure: number) => {
  const levels = Float32Array.from({ length: 4096 }, (_, i) => {
    const light = (i / 4095) * 4 * exposure;
    return 255 * (light / (1 + 0.35 * light)) ** (1 / 2.2);
  });
  const noise = new Float32Array(NOISE_LENGTH);
  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let at = 0; at < NOISE_LENGTH; at++) noise[at] = NOISE_LEVELS * 1.73 * (next() + next() + next() + next() - 2);
  return (picture: Float32Array, frame: number): Buffer => {
    const pixels = Buffer.allocUnsafe(width * height * 3);
    const shift = Math.imul(frame + 1, 48_271) % NOISE_LENGTH;
    for (let at = 0; at < pixels.length; at++) {
      const level =
        levels[Math.min(4095, (picture[at]! * 4095) / 4) | 0]! + noise[(at + Math.abs(shift)) % NOISE_LENGTH]!;
      pixels[at] = level < 0 ? 0 : level > 255 ? 255 : level + 0.5;
    }
    for (let bit = 0; bit < COUNTER.bits; bit++)
      for (let y = height - COUNTER.cell; y < height; y++) {
        const from = (y * width + bit * COUNTER.cell) * 3;
        pixels.fill((frame >> bit) & 1 ? 255 : 0, from, from + COUNTER.cell * 3);
      }
    return pixels;
  };
};

const round = (value: number): number => Math.round(value * 10) / 10;
const rectangle = ({ box: { x1, y1, x2, y2 } }: Sight): Rectangle => [round(x1), round(y1), round(x2), round(y2)];

const toWorld =
  ({ x, y, heading }: Placement) =>
  ([px, py, pz]: Vec3): Vec3 => [
    x + px * Math.cos(heading) - py * Math.sin(heading),
    y + px * Math.sin(heading) + py * Math.cos(heading),
    pz,
  ];

/** The box around points of a thing that stands somewhere. */
const boxer = ({ camera }: Scene, placement: Placement) => {
  const [project, move] = [projector(camera), toWorld(placement)];
  return (points: readonly Vec3[]): Rectangle => {
    const seen = points.map((point) => project(move(point)));
    const [xs, ys] = [seen.map(({ x }) => x), seen.map(({ y }) => y)];
    return [round(Math.min(...xs)), round(Math.min(...ys)), round(Math.max(...xs)), round(Math.max(...ys))];
  };
};

/** Whether corners that go counter-clockwise as seen from outside do so in the picture. */
const facesCamera = ({ camera }: Scene, placement: Placement, corners: readonly Vec3[]): boolean => {
  const [project, move] = [projector(camera), toWorld(placement)];
  const [a, b, c] = corners.map((corner) => project(move(corner)));
  // Rows of a picture go down.
  return (b!.x - a!.x) * (c!.y - a!.y) - (b!.y - a!.y) * (c!.x - a!.x) < 0;
};
