/** Width of the bands that speeds are counted in. Apart from the schemas, which no browser needs to load. */
export const SPEED_BAND_KMH = 5;
