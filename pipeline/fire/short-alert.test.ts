import { describe, expect, test } from 'vitest';
import type { FireAlert, Incident } from './incidents.ts';
import { shortAlert, SMS_CHARACTERS, withoutDiacritics } from './short-alert.ts';

const alert: FireAlert = {
  eventId: 'e1',
  cameraId: 'a',
  kind: 'smoke',
  firstAt: 0,
  confirmedAt: 60_000,
  sightings: 3,
  framesLooked: 4,
  growthPercent: 40,
  sight: null,
};
const incident = (position: Incident['position']): Incident => ({
  id: 'e1',
  alerts: [alert],
  firstAt: 0,
  lastAt: 60_000,
  stations: 2,
  position,
});
const fix: Incident['position'] = {
  kind: 'fix',
  place: { latitude: 10.312_34, longitude: 103.987_65 },
  ellipse: { semiMajorM: 312, semiMinorM: 90, orientationDeg: 20 },
};
const words = { station: 'Trạm Hàm Ninh – Đồi 382', time: '14:32', link: 'https://fire.example/i/e1' };

describe('alert in 160 characters', () => {
  test('a place with its uncertainty, the time, the frames and a link, without diacritics', () => {
    expect(shortAlert(incident(fix), words)).toBe(
      'KHOI 14:32; 10.3123,103.9877 +-312m; 3/4 khung, 2 tram; Tram Ham Ninh - Doi 382; https://fire.example/i/e1',
    );
  });

  test('one tower alone gives the bearing and where it is taken from', () => {
    const sight = { station: { latitude: 10.25, longitude: 104 }, azimuthDeg: 3.74, sigmaDeg: 0.3 };
    expect(shortAlert(incident({ kind: 'bearing', sight }), words)).toContain('huong 3.7+-0.6 do tu 10.2500,104.0000');
  });

  test('one tower and the terrain give a place and how far off it may be', () => {
    const sight = { station: { latitude: 10.25, longitude: 104 }, azimuthDeg: 3.74, sigmaDeg: 0.3 };
    const place = { latitude: 10.29, longitude: 104.002 };
    const range = { kind: 'range', place, sight, rangeM: 5_230, nearM: 4_810, farM: 5_940 } as const;
    expect(shortAlert(incident(range), words)).toContain('10.2900,104.0020, cach tram 5.2 km (4.8-5.9 km)');
    expect(shortAlert(incident({ ...range, farM: null }), words)).toContain('(4.8-duong chan troi)');
  });

  test('it never exceeds one SMS and never loses the place', () => {
    for (const length of [10, 60, 100, 140, 300]) {
      const text = shortAlert(incident(fix), {
        ...words,
        station: 'Đ'.repeat(length),
        link: `https://${'x'.repeat(length)}`,
      });
      expect(text.length).toBeLessThanOrEqual(SMS_CHARACTERS);
      expect(text).toContain('10.3123,103.9877 +-312m');
    }
  });

  test('every Vietnamese letter has a plain one', () => {
    expect(withoutDiacritics('Cháy rừng ở Phú Quốc, Đồng Hới: khẩn cấp')).toBe(
      'Chay rung o Phu Quoc, Dong Hoi: khan cap',
    );
  });
});
