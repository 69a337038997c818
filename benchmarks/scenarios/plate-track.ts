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

/** As many as the product looks at, the largest first, see `planPlates`. */
export const LOOKS = 7;
/** Height of the largest view: cameras hang further away or nearer. The smallest view of the furthest is 12 px high. */
export const NEAREST_PX = [18, 40] as const;
/** A vehicle of 40 km/h is 0.9 m nearer after the 80 ms between two looks, and some 11 m away at the last one. */
const COMES_NEARER = 0.08;
/** Drawn so much larger, turned and blurred, and only then made small: what a sensor does. */
const FINE = 3;
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

/** What stays alike while a vehicle passes. Shake, noise and the finder's box are another each time. */
const conditions = (random: Random) => ({
  angleDeg: between(random, -4, 4),
  blurPx: between(random, 0.4, 1.1),
  light: between(random, 0.55, 1.1),
  noise: between(random, 3, 12),
  quality: Math.round(between(random, 40, 80)),
  /** Of a plate 40 px high, half of the way that it moves while the shutter is open: 1/250 s at 40 km/h at most. */
  smearPx: between(random, 0, 2.2),
});

/** The plate of a vehicle that comes nearer, largest view first: blurred, shaken, noisy and compressed. */
export const trackOf = async (plate: CleanPlate, random: Random): Promise<readonly Look[]> => {
  const [nearestPx, under] = [between(random, ...NEAREST_PX), conditions(random)];
  const looks: Look[] = [];
  for (let look = 0; look < LOOKS; look++)
    looks.push(await seen(plate, nearestPx / (1 + COMES_NEARER * look), under, random));
  return looks;
};

const seen = async (
  { picture }: CleanPlate,
  heightPx: number,
  under: ReturnType<typeof conditions>,
  random: Random,
): Promise<Look> => {
  const width = Math.round((picture.width / picture.height) * heightPx);
  const height = Math.round(heightPx);
  const [left, top] = [Math.round(width * 0.4), Math.round(height * 0.4)];
  const [sideways, above] = [left * FINE, top * FINE];
  const scene = await sharp(picture.pixels, { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .resize(width * FINE, height * FINE, { fit: 'fill' })
    .extend({ top: above, bottom: above, left: sideways, right: sideways, background: STREET })
    .png()
    .toBuffer();
  const turned = await sharp(scene)
    .rotate(under.angleDeg + gaussian(random) * 0.5, { background: STREET })
    .png()
    .toBuffer();
  const { width: turnedWidth, height: turnedHeight } = await sharp(turned).metadata();
  const full = { width: (width + 2 * left) * FINE, height: (height + 2 * top) * FINE };
  // What looks smaller moves less across the picture in the same time.
  const smear = Math.max(1, Math.round(under.smearPx * (heightPx / 40) * between(random, 0.6, 1) * FINE));
  const small = await sharp(turned)
    .extract({
      left: Math.floor((turnedWidth - full.width) / 2),
      top: Math.floor((turnedHeight - full.height) / 2),
      ...full,
    })
    .convolve({
      width: 2 * smear + 1,
      height: 3,
      kernel: [0, 1, 0].flatMap((k) => Array<number>(2 * smear + 1).fill(k)),
    })
    .blur(under.blurPx * between(random, 0.9, 1.1) * FINE)
    .resize(full.width / FINE, full.height / FINE, { kernel: 'cubic' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const light = under.light * between(random, 0.95, 1.05);
  const pixels = Uint8Array.from(small.data, (value) =>
    Math.max(0, Math.min(255, value * light + gaussian(random) * under.noise)),
  );
  const jpeg = await sharp(pixels, { raw: { width: small.info.width, height: small.info.height, channels: 3 } })
    .jpeg({ quality: under.quality })
    .toBuffer();
  const off = (): number => gaussian(random) * 0.04 * height;
  return {
    picture: await readPicture(jpeg),
    box: { x1: left + off(), y1: top + off(), x2: left + width + off(), y2: top + height + off() },
  };
};
