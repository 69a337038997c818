import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArrayBuffer } from 'geotiff';
import { describe, expect, test } from 'vitest';
import { heightAt, parseAsciiGrid, type Terrain } from '../pipeline/fire/terrain.ts';
import { openFireMap } from './fire-map.ts';

const folder = mkdtempSync(join(tmpdir(), 'watchpost-map-'));
const WEST = 104;
const NORTH = 10.4;
const CELL = 0.01;

/** Three rows of three heights, the last one a hole. */
const tiff = (keys: object = {}): string => {
  const file = join(folder, `${String(Math.random())}.tif`);
  const bytes = writeArrayBuffer(Float32Array.of(10, 20, 30, 10, 20, 30, 40, 50, -9999), {
    width: 3,
    height: 3,
    ModelPixelScale: [CELL, CELL, 0],
    ModelTiepoint: [0, 0, 0, WEST, NORTH, 0],
    GeographicTypeGeoKey: 4326,
    GTModelTypeGeoKey: 2,
    GTRasterTypeGeoKey: 1,
    GDAL_NODATA: '-9999',
    SampleFormat: [3],
    BitsPerSample: [32],
    ...keys,
  });
  writeFileSync(file, new Uint8Array(bytes));
  return file;
};

describe('the map of the fire desk', () => {
  test('a GeoTIFF and an ASCII grid of the same heights are the same terrain', async () => {
    const { terrain } = await openFireMap({ terrain: tiff(), layers: [] }, folder);
    const grid = parseAsciiGrid(
      `ncols 3\nnrows 3\nxllcorner ${String(WEST)}\nyllcorner ${String(NORTH - 3 * CELL)}\ncellsize ${String(CELL)}\nNODATA_value -9999\n10 20 30\n10 20 30\n40 50 -9999\n`,
    );
    for (const [latitude, longitude] of [
      [10.385, 104.01],
      [10.38, 104.012],
      [10.372, 104.024],
      [10.5, 104.01],
    ] as const) {
      const of = (heights: Terrain): number => Math.round(1000 * heightAt(heights, { latitude, longitude }));
      expect(of(terrain!)).toBe(of(grid));
    }
    expect(heightAt(terrain!, { latitude: 10.385, longitude: 104.01 })).toBeCloseTo(15, 3);
  });

  test('heights that stand for points lie half a cell from those that stand for areas', async () => {
    const { terrain } = await openFireMap({ terrain: tiff({ GTRasterTypeGeoKey: 2 }), layers: [] }, folder);
    expect(terrain!.southWest.longitude).toBeCloseTo(WEST, 9);
    expect(terrain!.southWest.latitude).toBeCloseTo(NORTH - 2 * CELL, 9);
  });

  test('a grid in metres, and a file that is not there, say which and what to do', async () => {
    const metres = tiff({ GeographicTypeGeoKey: 4756 });
    await expect(openFireMap({ terrain: metres, layers: [] }, folder)).rejects.toThrow(
      /\.tif: expected heights in WGS 84 degrees \(EPSG:4326\), found EPSG:4756; make one with gdalwarp/,
    );
    await expect(openFireMap({ terrain: 'none.tif', layers: [] }, folder)).rejects.toThrow(
      `${join(folder, 'none.tif')} of the section \`fire\` cannot be read`,
    );
    const broken = join(folder, 'broken.tif');
    writeFileSync(broken, 'II*\0 nothing');
    await expect(openFireMap({ terrain: broken, layers: [] }, folder)).rejects.toThrow(
      /broken\.tif is no readable GeoTIFF/,
    );
  });

  test('paths are relative to the configuration, and a layer that is no GeoJSON names its file', async () => {
    writeFileSync(join(folder, 'posts.geojson'), '{"type":"FeatureCollection","features":[]}');
    writeFileSync(join(folder, 'roads.geojson'), '[]');
    const { layers } = await openFireMap({ layers: [{ kind: 'post', file: 'posts.geojson' }] }, folder);
    expect(layers).toEqual([{ kind: 'post', shapes: [] }]);
    await expect(openFireMap({ layers: [{ kind: 'road', file: 'roads.geojson' }] }, folder)).rejects.toThrow(
      join(folder, 'roads.geojson'),
    );
  });
});
