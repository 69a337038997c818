import { WatchpostError } from '../errors.ts';
import type { Point, Size } from '../geometry.ts';
import { fitHomography, type Homography, toGround } from '../homography.ts';
import { toPixelPoint, toPixelZone, type Zone } from '../zone.ts';

type CalibrationPoints = readonly {
  readonly at: readonly [number, number];
  readonly ground: readonly [number, number];
}[];

/** A zone on the ground: its area, and where points of the picture lie. */
export type GroundArea = { readonly areaM2: number; readonly toMetres: (point: Point) => Point };

/**
 * Lays a zone on the ground by surveyed points; both are mapped by one homography, so the ground must be a plane.
 * @throws WatchpostError CONFIG_INVALID when the points fix no plane, or the zone reaches beyond its horizon
 */
export const groundArea = (ruleId: string, zone: Zone, calibration: CalibrationPoints, frameSize: Size): GroundArea => {
  const homography = fitHomography(
    calibration.map(({ at, ground }) => ({
      picture: toPixelPoint({ x: at[0], y: at[1] }, frameSize),
      ground: { x: ground[0], y: ground[1] },
    })),
  );
  if (!homography)
    throw new WatchpostError(
      'CONFIG_INVALID',
      `rule "${ruleId}": the calibration's points lie on one line; give the four corners of an area of the ground`,
    );
  const corners = toPixelZone(zone, frameSize);
  const [first, ...others] = corners.map((corner) => depthSign(homography, corner));
  if (others.some((sign) => sign !== first))
    throw new WatchpostError(
      'CONFIG_INVALID',
      `rule "${ruleId}": zone "${zone.id}" reaches beyond the horizon of its calibration; keep it on the ground`,
    );
  return {
    areaM2: polygonArea(corners.map((corner) => toGround(homography, corner))),
    toMetres: (point) => toGround(homography, point),
  };
};

/** Points on the two sides of the horizon have different signs. */
const depthSign = (h: Homography, { x, y }: Point): number => Math.sign(h[6]! * x + h[7]! * y + h[8]!);

/** Shoelace formula. */
const polygonArea = (corners: readonly Point[]): number =>
  Math.abs(
    corners.reduce((sum, { x, y }, index) => {
      const next = corners[(index + 1) % corners.length]!;
      return sum + x * next.y - next.x * y;
    }, 0),
  ) / 2;

/** Side of the square in which the densest spot is looked for, m. */
const SPOT_M = 3;

/** Persons per m² in the densest 3 m × 3 m around one of them; at the zone's edge too low rather than too high. */
export const densestSpot = (ground: readonly Point[]): number => {
  const near = (a: Point, b: Point): boolean => Math.abs(a.x - b.x) <= SPOT_M / 2 && Math.abs(a.y - b.y) <= SPOT_M / 2;
  const most = ground.reduce((max, one) => Math.max(max, ground.filter((other) => near(one, other)).length), 0);
  return most / SPOT_M ** 2;
};
