import sharp from 'sharp';
import type { Picture } from '../../models/plate-crop.ts';
import { readPicture } from '../../models/plate-reader.ts';
import type { Box } from '../../pipeline/geometry.ts';
import { randomPlate } from '../../pipeline/plates/reader-simulation.ts';

/** A plate seen from the front and without any damage. */
export type CleanPlate = { readonly symbols: string; readonly picture: Picture };
/** One look of a camera, and where a finder says that the plate is. */
export type Look = { readonly picture: Picture; readonly box: Box };
type Random = () => number;

/** A camera of ten frames a second has a vehicle so often in its picture while it comes from twice as far away. */
export const LOOKS = 12;
/** Height of the plate where it is largest, evenly: cameras hang further away or nearer. */
export const NEAREST_PX = [12, 40] as const;
/** A vehicle of 40 km/h is 1.1 m nearer after the 100 ms between two looks, and some 11 m away at the last one. */
const COMES_NEARER = 0.1;
/** Drawn so much larger, turned and blurred, and only then made small: what a sensor does. */
const FINE = 4;
const PER_MM = 2;
const STREET = '#6a6a66';

const between = (random: Random, low: number, high: number): number => low + (high - low) * random();
const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());

/** A plate of one or two lines in a font that the reader never saw (DejaVu Sans). */
export const drawnPlate = async (random: Random): Promise<CleanPlate> => {
  const { symbols, lines } = randomPlate(random);
  const [top = [], bottom = []] = lines;
  const isTwoLine = bottom.length > 0;
  const [width, height] = isTwoLine ? [190 * PER_MM, 140 * PER_MM] : [520 * PER_MM, 110 * PER_MM];
  const rows = isTwoLine
    ? [
        `${top.slice(0, 2).join('')}-${top.slice(2).join('')}`,
        `${bottom.slice(0, 3).join('')}.${bottom.slice(3).join('')}`,
      ]
    : [`${top.slice(0, 3).join('')}-${top.slice(3, 6).join('')}.${top.slice(6).join('')}`];
  const size = isTwoLine ? height * 0.46 : height * 0.8;
  const texts = rows.map((row, line) => {
    const baseline = isTwoLine ? height * (line === 0 ? 0.44 : 0.9) : height * 0.79;
    const pitch = (width * 0.9) / row.length;
    return Array.from(row, (symbol, at) => {
      const x = width * 0.05 + pitch * (at + 0.5);
      return `<text transform="translate(${x} ${baseline}) scale(0.72 1)" text-anchor="middle">${symbol}</text>`;
    }).join('');
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" rx="10" fill="#e8e8e8"/>
    <rect x="6" y="6" width="${width - 12}" height="${height - 12}" rx="8" fill="none" stroke="#222" stroke-width="5"/>
    <g font-family="DejaVu Sans" font-weight="bold" font-size="${size}" fill="#1c1c1c">${texts.join('')}</g></svg>`;
  return { symbols, picture: await readPicture(Buffer.from(svg)) };
};

/**
 * What stays alike while a vehicle passes: its way over the picture, the lens, the sensor's gain, the stream. All else is
 * another in every look, as on a street; repeated in each, the same blur would make seven looks worth one.
 */
const conditions = (random: Random) => ({
  angleDeg: between(random, -4, 4),
  blurPx: between(random, 0.4, 1.1),
  light: between(random, 0.55, 1.1),
  noise: between(random, 3, 12),
  quality: between(random, 40, 80),
  /** Of a plate 40 px high, how far it moves while the shutter is open: 1/250 s at 40 km/h at most, seen from above. */
  smearPx: between(random, 0, 4.4),
  /** Who comes nearer moves down the picture, and a little to the side. */
  smearDeg: 90 + gaussian(random) * 20,
});
type Conditions = ReturnType<typeof conditions>;

/** A pole in the wind and a wheel on the road, while the shutter is open: of a plate 40 px high. */
const SHAKE_PX = 0.6;
/** A coded frame has what the rate control left for it. */
const QUALITY_SPREAD = 10;
/** Looks with a lamp's or the sun's reflection on the plate, or something before it. */
const SPOILT = 0.1;

/** The plate of a vehicle that comes nearer, largest view first: blurred, shaken, noisy and compressed. */
export const trackOf = async (plate: CleanPlate, nearestPx: number, random: Random): Promise<readonly Look[]> => {
  const under = conditions(random);
  const looks: Look[] = [];
  for (let look = 0; look < LOOKS; look++)
    looks.push(await seen(plate, nearestPx, nearestPx / (1 + COMES_NEARER * look), under, random));
  return looks;
};

/** What a point becomes while the shutter is open: a line of `dx`, `dy` fine pixels through the middle. */
const lineKernel = (dx: number, dy: number) => {
  const reach = Math.max(1, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) / 2));
  const side = 2 * reach + 1;
  const kernel = new Array<number>(side * side).fill(0);
  const points = 8 * side;
  for (let i = 0; i < points; i++) {
    const along = (i + 0.5) / points - 0.5;
    const at = Math.round(reach + along * dy) * side + Math.round(reach + along * dx);
    kernel[at] = kernel[at]! + 1;
  }
  return { width: side, height: side, kernel };
};

/** A bright or a dark spot somewhere on the plate, as large as a third of its width. */
const spot = (random: Random, width: number, height: number) => {
  const [x, y, radius] = [random() * width, random() * height, between(random, 0.1, 0.2) * width];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <ellipse cx="${x}" cy="${y}" rx="${radius}" ry="${radius}" fill="${random() < 0.5 ? '#fff' : '#333'}" opacity="0.9"/></svg>`;
  return { input: Buffer.from(svg), left: 0, top: 0 };
};

const seen = async (
  { picture }: CleanPlate,
  nearestPx: number,
  heightPx: number,
  under: Conditions,
  random: Random,
): Promise<Look> => {
  const fineHeight = Math.round(heightPx * FINE);
  const fineWidth = Math.round((picture.width / picture.height) * heightPx * FINE);
  // Where the plate begins between two pixels of the sensor is chance.
  const [phaseX, phaseY] = [Math.floor(random() * FINE), Math.floor(random() * FINE)];
  const [left, top] = [Math.round((fineWidth / FINE) * 0.4), Math.round(heightPx * 0.4)];
  const full = { width: Math.ceil(fineWidth / FINE) + 2 * left, height: Math.ceil(heightPx) + 2 * top };
  const clean = sharp(picture.pixels, { raw: { width: picture.width, height: picture.height, channels: 3 } });
  const plate = await clean.resize(fineWidth, fineHeight, { fit: 'fill' }).png().toBuffer();
  const spoilt =
    random() < SPOILT
      ? await sharp(plate)
          .composite([spot(random, fineWidth, fineHeight)])
          .removeAlpha()
          .png()
          .toBuffer()
      : plate;
  const scene = await sharp(spoilt)
    .extend({
      left: left * FINE + phaseX,
      top: top * FINE + phaseY,
      right: full.width * FINE - fineWidth - left * FINE - phaseX,
      bottom: full.height * FINE - fineHeight - top * FINE - phaseY,
      background: STREET,
    })
    .png()
    .toBuffer();
  const turned = await sharp(scene)
    .rotate(under.angleDeg + gaussian(random) * 0.5, { background: STREET })
    .png()
    .toBuffer();
  const { width: turnedWidth, height: turnedHeight } = await sharp(turned).metadata();
  // Twice as far away it covers a quarter of the way on the picture in the same time.
  const own = under.smearPx * (nearestPx / 40) * (heightPx / nearestPx) ** 2;
  const shake = (): number => gaussian(random) * SHAKE_PX * (heightPx / 40);
  const direction = (under.smearDeg * Math.PI) / 180;
  const fine = await sharp(turned)
    .extract({
      left: Math.floor((turnedWidth - full.width * FINE) / 2),
      top: Math.floor((turnedHeight - full.height * FINE) / 2),
      ...{ width: full.width * FINE, height: full.height * FINE },
    })
    .convolve(lineKernel((own * Math.cos(direction) + shake()) * FINE, (own * Math.sin(direction) + shake()) * FINE))
    .blur(under.blurPx * between(random, 0.9, 1.1) * FINE)
    .png()
    .toBuffer();
  // On its own: within one call sharp makes pictures smaller before it blurs them, in whatever order it is told to.
  const small = await sharp(fine)
    .resize(full.width, full.height, { fit: 'fill', kernel: 'cubic' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const light = under.light * between(random, 0.95, 1.05);
  const pixels = Uint8Array.from(small.data, (value) =>
    Math.max(0, Math.min(255, value * light + gaussian(random) * under.noise)),
  );
  const quality = Math.round(Math.max(25, Math.min(90, under.quality + gaussian(random) * QUALITY_SPREAD)));
  const jpeg = await sharp(pixels, { raw: { ...full, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
  const off = (): number => gaussian(random) * 0.04 * heightPx;
  const [x1, y1] = [left + phaseX / FINE, top + phaseY / FINE];
  return {
    picture: await readPicture(jpeg),
    box: { x1: x1 + off(), y1: y1 + off(), x2: x1 + fineWidth / FINE + off(), y2: y1 + heightPx + off() },
  };
};
