import { expect, test } from 'vitest';
import { toVn2000 } from './vn2000.ts';

// Computed by PROJ with the registry's own definition of each: EPSG:4326 to EPSG:9210, 9206, 5899, 9211, by EPSG:6960.
test.each([
  ['Ho Chi Minh City', 10.762622, 106.660172, 105.75, 599_347.4727, 1_190_349.4144],
  ['Phú Quốc', 10.25, 104, 104.5, 445_031.7874, 1_133_547.475],
  ['Cẩm Phả', 21.01, 107.3, 107.75, 453_025.8109, 2_324_128.9847],
  ['Đồng Hới', 17.47, 106.62, 106, 565_653.1135, 1_932_347.388],
  ['Cà Mau, the southernmost', 8.6, 104.8, 104.5, 532_823.7945, 951_039.5564],
  ['Hà Giang, the northernmost', 23.3, 105.3, 105.5, 479_347.4147, 2_577_625.3023],
])('%s has the coordinates that PROJ gives, to a millimetre', (_, latitude, longitude, meridian, east, north) => {
  const { eastingM, northingM } = toVn2000({ latitude, longitude }, meridian);
  expect(eastingM).toBeCloseTo(east, 3);
  expect(northingM).toBeCloseTo(north, 3);
});
