import type { WatchEvent } from '../event.ts';
import type { EpochMs } from '../time.ts';
import { distanceM, type Place } from './earth.ts';
import { angleBetweenDeg } from './lens.ts';
import { crossBearings, type Ellipse, FARTHEST_M, isOneStation, type Sight } from './position.ts';
import { rangeOnTerrain, type Terrain, type TowerSight } from './terrain.ts';

/** One confirmed plume of one tower. */
export type FireAlert = {
  readonly eventId: string;
  readonly cameraId: string;
  readonly kind: 'smoke' | 'flame';
  readonly firstAt: EpochMs;
  readonly confirmedAt: EpochMs;
  readonly sightings: number;
  readonly framesLooked: number;
  readonly growthPercent: number | null;
  /** Null where the camera's pose or station is not configured. */
  readonly sight: TowerSight | null;
};

/** Alerts of one fire. */
export type Incident = {
  /** Of the first alert's event. */
  readonly id: string;
  /** In order of confirmation; never empty. */
  readonly alerts: readonly FireAlert[];
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
  readonly stations: number;
  readonly position: Position;
};

export type Position =
  | { readonly kind: 'fix'; readonly place: Place; readonly ellipse: Ellipse }
  /** One tower alone, where its line of sight meets the ground; 95 % from near to far, `farM` null beyond the skyline. */
  | {
      readonly kind: 'range';
      readonly place: Place;
      readonly sight: Sight;
      readonly rangeM: number;
      readonly nearM: number;
      readonly farM: number | null;
    }
  | { readonly kind: 'bearing'; readonly sight: Sight }
  | { readonly kind: 'unknown' };

/** Alerts further apart in time are different fires. */
const SAME_FIRE_MS = 120 * 60_000;
const OTHER_STATION_MS = 30 * 60_000;
const SAME_BEARING_SIGMAS = 3;

/** @returns null for events of other kinds */
export const toFireAlert = (
  event: Pick<WatchEvent, 'id' | 'cameraId' | 'kind' | 'startAt' | 'triggerAt' | 'decision'>,
): FireAlert | null => {
  const { id, cameraId, kind, startAt, triggerAt, decision } = event;
  if (kind !== 'smoke' && kind !== 'flame') return null;
  const measured = (name: string): number | null =>
    decision.measurements.find((measurement) => measurement.name === name)?.value ?? null;
  const fact = (name: string): number => Number(decision.facts[name] ?? NaN);
  const [azimuthDeg, twoSigma] = [measured('azimuth'), measured('azimuthError')];
  const station = { latitude: fact('latitude'), longitude: fact('longitude') };
  const isPlaced = azimuthDeg !== null && twoSigma !== null && Number.isFinite(station.latitude + station.longitude);
  return {
    eventId: id,
    cameraId,
    kind,
    firstAt: startAt,
    confirmedAt: triggerAt,
    sightings: measured('sightings') ?? 0,
    framesLooked: measured('framesLooked') ?? 0,
    growthPercent: measured('growth'),
    sight: isPlaced
      ? {
          station,
          azimuthDeg,
          sigmaDeg: twoSigma / 2,
          elevationDeg: measured('elevation') ?? 0,
          heightM: fact('heightM'),
        }
      : null,
  };
};

/**
 * Joins alerts by place and time: the same bearing of one station, or bearings of others that cross within reach.
 * @param terrain gives a fire that one station sees a place; without it only its bearing is known
 */
export const joinIncidents = (alerts: readonly FireAlert[], terrain: Terrain | null = null): readonly Incident[] => {
  const fires: FireAlert[][] = [];
  for (const alert of [...alerts].sort((a, b) => a.confirmedAt - b.confirmedAt)) {
    const fire = fires.find((known) => isSameFire(known, alert));
    if (fire) fire.push(alert);
    else fires.push([alert]);
  }
  return fires.map((fire) => toIncident(fire, terrain));
};

const toIncident = (alerts: readonly FireAlert[], terrain: Terrain | null): Incident => ({
  id: alerts[0]!.eventId,
  alerts,
  firstAt: Math.min(...alerts.map(({ firstAt }) => firstAt)),
  lastAt: alerts.at(-1)!.confirmedAt,
  stations: Math.max(1, sightsOf(alerts).length),
  position: positionOf(sightsOf(alerts), terrain),
});

const positionOf = (sights: readonly TowerSight[], terrain: Terrain | null): Position => {
  const fix = crossBearings(sights);
  if (fix.kind === 'fix') return { kind: 'fix', place: fix.place, ellipse: fix.ellipse };
  const [first] = sights;
  if (!first) return { kind: 'unknown' };
  // The foot of a plume is as uncertain upwards as sideways.
  const range = terrain && Number.isFinite(first.heightM) ? rangeOnTerrain(terrain, first, first.sigmaDeg) : null;
  return range ? { kind: 'range', sight: first, ...range } : { kind: 'bearing', sight: first };
};

const isSameFire = (fire: readonly FireAlert[], alert: FireAlert): boolean => {
  const agoMs = alert.confirmedAt - fire.at(-1)!.confirmedAt;
  if (agoMs > SAME_FIRE_MS) return false;
  if (!alert.sight) return fire.some(({ cameraId }) => cameraId === alert.cameraId);
  const mine = alert.sight;
  const sights = sightsOf(fire);
  const before = sights.find(({ station }) => isOneStation(station, mine.station));
  if (before) {
    const limit = SAME_BEARING_SIGMAS * Math.hypot(before.sigmaDeg, mine.sigmaDeg);
    return Math.abs(angleBetweenDeg(before.azimuthDeg, mine.azimuthDeg)) <= limit;
  }
  if (sights.length === 0 || agoMs > OTHER_STATION_MS) return false;
  const all = [...sights, mine];
  const fix = crossBearings(all);
  return fix.kind === 'fix' && all.every(({ station }) => distanceM(station, fix.place) <= FARTHEST_M);
};

/** One per station, the first: wind has carried later smoke away. */
const sightsOf = (alerts: readonly FireAlert[]): readonly TowerSight[] => {
  const sights: TowerSight[] = [];
  for (const { sight } of alerts)
    if (sight && !sights.some(({ station }) => isOneStation(station, sight.station))) sights.push(sight);
  return sights;
};
