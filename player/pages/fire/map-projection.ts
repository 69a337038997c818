import type { IncidentView } from '../../../api/contract/incidents.ts';
import type { Place } from '../../../pipeline/fire/earth.ts';
import { eastPerDegree, frameAround, type MapFrame, METRES_PER_DEGREE } from '../../components/map-frame.ts';

type Sight = NonNullable<IncidentView['alerts'][number]['sight']>;

/** A bearing without a crossing is drawn so far. */
const BEARING_M = 15_000;
const RAD = Math.PI / 180;

/** Where a drawn bearing ends. */
export const lineEnd = ({ station, azimuthDeg }: Sight, metres = BEARING_M): Place => ({
  latitude: station.latitude + (metres * Math.cos(azimuthDeg * RAD)) / METRES_PER_DEGREE,
  longitude: station.longitude + (metres * Math.sin(azimuthDeg * RAD)) / eastPerDegree(station.latitude),
});

/** Everything with a place in view; null when nothing has one. */
export const frameOf = (
  incidents: readonly IncidentView[],
  size: { readonly width: number; readonly height: number },
): MapFrame | null => {
  const places = incidents.flatMap(({ position, alerts }) => [
    ...('place' in position ? [position.place] : []),
    ...alerts.flatMap(({ sight }) => {
      if (!sight) return [];
      return 'place' in position ? [sight.station] : [sight.station, lineEnd(sight)];
    }),
  ]);
  return frameAround(places, size);
};
