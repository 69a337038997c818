/** WGS 84, degrees. */
export type Place = { readonly latitude: number; readonly longitude: number };
/** Metres east and north of an origin that whoever holds it names. */
export type Local = { readonly east: number; readonly north: number };

const RAD = Math.PI / 180;
const SEMI_MAJOR_M = 6_378_137;
const ECCENTRICITY_SQUARED = 0.006_694_379_990_14;

const metresPerDegree = (latitude: number): { readonly east: number; readonly north: number } => {
  const root = Math.sqrt(1 - ECCENTRICITY_SQUARED * Math.sin(latitude * RAD) ** 2);
  return {
    east: (RAD * SEMI_MAJOR_M * Math.cos(latitude * RAD)) / root,
    north: (RAD * SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED)) / root ** 3,
  };
};

/** Plane about an origin; within 60 km the error stays below some 0.1 % of the distance. */
export const toLocal = ({ latitude, longitude }: Place, origin: Place): Local => {
  const scale = metresPerDegree((latitude + origin.latitude) / 2);
  return { east: (longitude - origin.longitude) * scale.east, north: (latitude - origin.latitude) * scale.north };
};

export const toPlace = ({ east, north }: Local, origin: Place): Place => {
  const latitude = origin.latitude + north / metresPerDegree(origin.latitude).north;
  const scale = metresPerDegree((latitude + origin.latitude) / 2);
  return {
    latitude: origin.latitude + north / scale.north,
    longitude: origin.longitude + east / scale.east,
  };
};

export const distanceM = (a: Place, b: Place): number => {
  const { east, north } = toLocal(a, b);
  return Math.hypot(east, north);
};
