import type { Passage, PassageClass } from '../pipeline/passages/passage.ts';
import { plateSymbols } from '../pipeline/passages/plate-pattern.ts';
import type { RecognitionEvent } from './contract/passages.ts';

/** Names of vehicle types as readers of such events know them. */
const VEHICLE_TYPES: Readonly<Record<PassageClass, string>> = {
  motorcycle: 'Motorcycle',
  car: 'Car',
  bus: 'Bus',
  truck: 'Big Truck',
};
const REGION = 'vn';

/**
 * A passage in the shape of Plate Recognizer's webhook, which parking and gate systems already take. Positions in the picture
 * are left out: the pictures of a passage are cut out already. Plates are lower case without separators, e.g. `30a12345`.
 */
export const toRecognitionEvent = (passage: Passage, timeZone: string): RecognitionEvent => {
  const { id, cameraId, at, className, lane, direction, plate, unread, candidates, colour } = passage;
  const filename = passage.vehicleCrop === null ? null : `/api/passages/${id}/vehicle.jpg`;
  const result = plate && {
    plate: bare(plate.text),
    score: plate.confidence,
    candidates: candidates.map(({ text, probability }) => ({ plate: bare(text), score: probability })),
    region: { code: REGION, score: 1 },
    vehicle: { type: VEHICLE_TYPES[className] },
    watchpost: {
      ...{ text: plate.text, kind: plate.kind, grade: plate.grade, doubts: plate.doubts, colour },
      framesUsed: plate.framesUsed,
    },
  };
  return {
    hook: { target: cameraId, id, event: 'recognition', filename },
    data: {
      ...{ camera_id: cameraId, filename, timestamp: new Date(at).toISOString(), timestamp_local: local(at, timeZone) },
      results: result ? [result] : [],
      watchpost: { passage_id: id, lane, direction, unread },
    },
  };
};

const bare = (text: string): string => plateSymbols(text).toLowerCase();

/** The instant on the site's clock, e.g. `2026-11-21T14:05:09.250+07:00`. */
const local = (at: number, timeZone: string): string => {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', timeZoneName: 'longOffset' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  }).formatToParts(at);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  const offset = of('timeZoneName').replace('GMT', '') || '+00:00';
  const ms = String(at % 1_000).padStart(3, '0');
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}:${of('second')}.${ms}${offset}`;
};
