import type { Decision } from '../pipeline/event.ts';
import type { Place } from '../pipeline/fire/earth.ts';
import { azimuthTo } from '../pipeline/fire/terrain.ts';

/** What a tower decides that sees smoke over a fire; `more` comes on top. */
export const smokeDecision = (
  station: Place,
  fire: Place,
  more: Partial<Pick<Decision, 'measurements' | 'facts'>> = {},
): Decision => ({
  ...{ ruleId: 'smoke', ruleKind: 'smoke', ruleVersion: '2', geometryHash: '0'.repeat(64) },
  measurements: [
    { name: 'azimuth', value: Math.round(100 * azimuthTo(station, fire)) / 100, unit: '°' },
    { name: 'azimuthError', value: 0.6, unit: '°' },
    { name: 'elevation', value: -1.2, unit: '°' },
    { name: 'sightings', value: 3, unit: 'frames', threshold: 3, comparison: '>=' },
    { name: 'framesLooked', value: 4, unit: 'frames' },
    { name: 'seen', value: 90, unit: 's' },
    { name: 'evidence', value: 2.1, unit: '', threshold: 1.1, comparison: '>=' },
    ...(more.measurements ?? []),
  ],
  facts: {
    class: 'smoke',
    ...{ latitude: String(station.latitude), longitude: String(station.longitude), heightM: '380' },
    ...more.facts,
  },
});
