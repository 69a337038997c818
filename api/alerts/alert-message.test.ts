import { expect, test } from 'vitest';
import type { WatchEvent } from '../../pipeline/event.ts';
import { distanceM, type Place, toPlace } from '../../pipeline/fire/earth.ts';
import { joinIncidents, toFireAlert } from '../../pipeline/fire/incidents.ts';
import { parseMapLayer } from '../../pipeline/fire/map-layers.ts';
import { smokeDecision } from '../../test/smoke-decision.ts';
import { aroundOf, NO_FIRE_MAP } from '../fire-map.ts';
import { textOf, toFireMessage } from './alert-message.ts';

const SOUTH: Place = { latitude: 10.25, longitude: 104 };
const WEST = toPlace({ east: -8_000, north: 1_500 }, SOUTH);
const FIRE = toPlace({ east: -3_000, north: 9_000 }, SOUTH);
const POST = toPlace({ east: 3_000, north: 4_000 }, FIRE);
const AT = Date.UTC(2026, 2, 1, 7, 30);

const event = (id: string, cameraId: string, station: Place): WatchEvent => ({
  ...{ schemaVersion: 1, id, cameraId, sessionId: 's', ruleId: 'smoke', kind: 'smoke', disposition: 'case' },
  ...{ startPtsMs: 0, triggerPtsMs: 90_000, endPtsMs: 90_000, clockUncertaintyMs: 0 },
  ...{ startAt: AT - 90_000, triggerAt: AT, endAt: AT },
  keyPtsMs: { before: 0, at: 90_000, after: 91_000 },
  subjects: [],
  decision: smokeDecision(station, FIRE, {
    measurements: [{ name: 'growth', value: 80, unit: '%' }],
    facts: { pose: 'ne', danger: '5', seconders: 'west' },
  }),
  provenance: { softwareVersion: '', configHash: '', models: [] },
});

const feature = (geometry: object, properties: object): string =>
  JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature', properties, geometry }] });
const corners = [-1, 1, 1, -1, -1].map((east, index) =>
  toPlace({ east: 2_000 * east, north: 2_000 * [-1, -1, 1, 1, -1][index]! }, FIRE),
);
const area = { type: 'Polygon', coordinates: [corners.map(({ latitude, longitude }) => [longitude, latitude])] };
/** A field where straw may be burnt after the harvest. */
const STRAW = toPlace({ east: 0, north: 300 }, FIRE);
const map = {
  ...NO_FIRE_MAP,
  centralMeridianDeg: 104.5,
  travelKmh: 20,
  layers: [
    parseMapLayer(
      feature({ type: 'Point', coordinates: [POST.longitude, POST.latitude] }, { name: 'Chốt 3' }),
      'post',
      'posts',
    ),
    parseMapLayer(feature(area, { ten: 'Tiểu khu 75', chu_rung: 'BQL rừng Phú Quốc' }), 'compartment', 'compartments'),
    parseMapLayer(
      feature({ type: 'Point', coordinates: [STRAW.longitude, STRAW.latitude] }, { ten: 'Ruộng đốt rơm' }),
      'burn',
      'burns',
    ),
  ],
};

test('an alert of fire holds where, when, how bad and why, as rangers ask for it', () => {
  const [south, west] = [event('south', 'tower', SOUTH), event('west', 'west', WEST)];
  const [incident] = joinIncidents([south, west].flatMap((one) => toFireAlert(one) ?? []));
  const message = toFireMessage(
    south,
    {
      ...incident!,
      ...aroundOf(map, incident!.position),
      wind: { speedMps: 6, fromDeg: 45, at: AT - 600_000, source: 'KTTV' },
      watching: true,
      standing: {
        ...{ state: 'ongoing', at: AT + 60_000, lastSeenAt: AT + 50_000 },
        ...{ sightings: 5, framesLooked: 6, evidence: 3, growthPercent: 120 },
      },
    },
    {
      ...{ timeZone: 'Asia/Ho_Chi_Minh', link: 'https://fire.example', escalation: 0 },
      camera: { id: 'tower', name: 'Tháp Đông', place: 'Hòn Chảo' },
    },
  );
  // Where.
  expect(message).toMatchObject({ pose: 'ne', camera: { name: 'Tháp Đông' }, where: { kind: 'fix' } });
  expect(message.where.kind === 'fix' && distanceM(message.where.place, FIRE)).toBeLessThan(20);
  expect(message.bearings.map(({ sigmaDeg, elevationDeg }) => [sigmaDeg, elevationDeg])).toEqual([
    [0.3, -1.2],
    [0.3, -1.2],
  ]);
  expect(Math.abs(message.bearings[0]!.distanceM! - distanceM(SOUTH, FIRE))).toBeLessThan(20);
  expect(message.vn2000?.centralMeridianDeg).toBe(104.5);
  expect(message.nearest).toMatchObject([
    { kind: 'post', name: 'Chốt 3', travelMinutes: 15 },
    { kind: 'compartment', name: 'Tiểu khu 75', owner: 'BQL rừng Phú Quốc' },
    { kind: 'burn', name: 'Ruộng đốt rơm' },
  ]);
  // When.
  expect(message).toMatchObject({
    firstSeenAt: '2026-03-01T07:28:30.000Z',
    confirmedAt: '2026-03-01T07:30:00.000Z',
    lastSeenAt: '2026-03-01T07:30:50.000Z',
    ...{ sightings: 3, framesLooked: 4, cadenceS: 30, watching: true, state: 'ongoing' },
  });
  // How bad, and why.
  expect(message).toMatchObject({ dangerLevel: 5, growthPercent: 80, stations: 2, seconders: ['west'] });
  expect(message.wind).toEqual({ speedMps: 6, fromDeg: 45, at: '2026-03-01T07:20:00.000Z', source: 'KTTV' });
  const text = textOf(message, 'vi').join('\n');
  expect(text).toMatch(/Vị trí \(WGS84\): 10\.33\d+, 103\.97\d+; elip 95 %: ±\d+ × ±\d+ m, trục dài hướng \d+°/);
  expect(text).toMatch(/Hướng 341,6° ± 0,6° từ hướng bắc thật, góc đứng -1,2°, cách 9,5 km/);
  expect(text).toContain(
    'Thấy lần đầu 14:28, lần cuối 14:30; 3 trên 4 khung hình, 30 giây một khung; camera vẫn đang theo dõi',
  );
  expect(text).toContain('Diện tích khói +80 % so với lần đầu thấy; số trạm thấy: 2');
  expect(text).toContain('Camera west cũng thấy ở chỗ đó.');
  expect(text).toContain('Chốt, trạm: Chốt 3, 5,0 km, hướng 37°, đi khoảng 15 phút');
  expect(text).toContain('Tiểu khu: Tiểu khu 75, chủ rừng BQL rừng Phú Quốc');
  expect(text).toMatch(/Điểm đốt đã biết: Ruộng đốt rơm, 0,3 km, hướng (0|359|360)°/);
  expect(text).toContain('Gió 6,0 m/s từ hướng 45° (KTTV, 14:20)');
  expect(text).toContain('Cấp dự báo cháy rừng: V');
  expect(message.shortText.length).toBeLessThanOrEqual(160);
});
