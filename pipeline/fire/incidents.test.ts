import { describe, expect, test } from 'vitest';
import { distanceM, type Place, toPlace } from './earth.ts';
import { type FireAlert, joinIncidents, toFireAlert } from './incidents.ts';
import { azimuthTo } from './terrain.ts';

const A: Place = { latitude: 10.25, longitude: 104 };
const B = toPlace({ east: -8_000, north: 1_500 }, A);
const FIRE = toPlace({ east: -3_000, north: 9_000 }, A);
const OTHER_FIRE = toPlace({ east: 9_000, north: -4_000 }, A);
const MINUTE = 60_000;

let count = 0;
const alert = (station: Place | null, fire: Place, atMs: number): FireAlert => ({
  eventId: `e${String(++count)}`,
  cameraId: station === A ? 'a' : station === B ? 'b' : 'unplaced',
  kind: 'smoke',
  firstAt: atMs - MINUTE,
  confirmedAt: atMs,
  sightings: 3,
  framesLooked: 3,
  growthPercent: 40,
  sight: station && { station, azimuthDeg: azimuthTo(station, fire), sigmaDeg: 0.3, elevationDeg: -1, heightM: 300 },
});

describe('incidents', () => {
  test('two towers that see one plume within half an hour are one incident with a position', () => {
    const [incident, ...others] = joinIncidents([alert(A, FIRE, 0), alert(B, FIRE, 10 * MINUTE)]);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ stations: 2, firstAt: -MINUTE, lastAt: 10 * MINUTE });
    expect(incident!.position.kind === 'fix' && distanceM(incident!.position.place, FIRE)).toBeLessThan(20);
  });

  test('one tower gives a bearing, and the same smoke again is the same incident', () => {
    const [incident, ...others] = joinIncidents([alert(A, FIRE, 0), alert(A, FIRE, 90 * MINUTE)]);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ stations: 1, position: { kind: 'bearing' } });
  });

  test('other bearings, bearings that do not cross and smoke hours later are other incidents', () => {
    expect(joinIncidents([alert(A, FIRE, 0), alert(A, OTHER_FIRE, MINUTE)])).toHaveLength(2);
    expect(joinIncidents([alert(A, OTHER_FIRE, 0), alert(B, FIRE, MINUTE)])).toHaveLength(2);
    expect(joinIncidents([alert(A, FIRE, 0), alert(A, FIRE, 200 * MINUTE)])).toHaveLength(2);
    expect(joinIncidents([alert(A, FIRE, 0), alert(B, FIRE, 40 * MINUTE)])).toHaveLength(2);
  });

  test('a camera without a pose has incidents of its own, without a place', () => {
    const incidents = joinIncidents([alert(null, FIRE, 0), alert(null, FIRE, MINUTE), alert(A, FIRE, 2 * MINUTE)]);
    expect(incidents.map(({ position }) => position.kind)).toEqual(['unknown', 'bearing']);
  });

  test('an alert takes its bearing and tower from the decision of its event', () => {
    const decision = {
      ruleId: 'r',
      ruleKind: 'smoke' as const,
      ruleVersion: '1',
      geometryHash: '',
      measurements: [
        { name: 'azimuth', value: 3.7, unit: '°' },
        { name: 'azimuthError', value: 0.6, unit: '°' },
        { name: 'elevation', value: -1.2, unit: '°' },
        { name: 'sightings', value: 4, unit: 'frames' },
      ],
      facts: { latitude: '10.25', longitude: '104', heightM: '380' },
    };
    const event = { id: 'e', cameraId: 'a', kind: 'smoke' as const, startAt: 1, triggerAt: 2, decision };
    expect(toFireAlert(event)!.sight).toEqual({
      station: A,
      azimuthDeg: 3.7,
      sigmaDeg: 0.3,
      elevationDeg: -1.2,
      heightM: 380,
    });
    expect(toFireAlert({ ...event, decision: { ...decision, facts: {} } })!.sight).toBeNull();
    expect(toFireAlert({ ...event, kind: 'crowding' })).toBeNull();
  });
});
