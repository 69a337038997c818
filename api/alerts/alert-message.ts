import { firstThatFits } from '../../pipeline/alerts/sms-text.ts';
import type { AlertKind } from '../../pipeline/alerts/alert-config.ts';
import type { CameraConfig } from '../../pipeline/config-schema.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import { explain } from '../../pipeline/explanation.ts';
import { RULE_NAMES } from '../../pipeline/explanation-words.ts';
import type { Words } from '../../pipeline/explanation-words.ts';
import { type Incident, joinIncidents, type Position, toFireAlert } from '../../pipeline/fire/incidents.ts';
import { shortAlert } from '../../pipeline/fire/short-alert.ts';
import type { EpochMs } from '../../pipeline/time.ts';
import type { IncidentView } from '../contract/incidents.ts';

/** What every receiver gets of any alert; keys that are not known are absent, never guessed. No pictures. */
type Common = {
  /** The same for every attempt: receivers drop what they have. */
  readonly id: string;
  readonly kind: AlertKind;
  readonly camera: { readonly id: string; readonly name: string; readonly place: string };
  /** 0 when it is first told; n when n groups before have not acknowledged it. */
  readonly escalation: number;
  readonly why: Words;
  /** One SMS of GSM-7: Vietnamese without diacritics. */
  readonly shortText: string;
  /** Page that shows it, behind the log-in. */
  readonly link: string;
};

export type FireAlertMessage = Common & {
  readonly schema: 'watchpost/fire-alert/1';
  readonly incidentId: string;
  readonly where: Position;
  /** Road, water, watch post nearest to the place, and the compartment it lies in. */
  readonly nearest: IncidentView['nearest'];
  readonly bearings: readonly {
    readonly station: { readonly latitude: number; readonly longitude: number };
    readonly azimuthDeg: number;
    readonly sigmaDeg: number;
  }[];
  readonly firstSeenAt: string;
  readonly confirmedAt: string;
  readonly sightings: number;
  readonly framesLooked: number;
  readonly growthPercent: number | null;
  readonly stations: number;
};

export type CaseAlertMessage = Common & { readonly schema: 'watchpost/case-alert/1'; readonly confirmedAt: string };

export type PlateAlertMessage = Common & {
  readonly schema: 'watchpost/plate-alert/1';
  readonly plate: string;
  /** That this is what the plate says, 0–1. A hint to look, not proof. */
  readonly probability: number;
  readonly list: string;
  /** Why the plate stands on the list, and who put it there. */
  readonly reason: string;
  readonly owner: string;
  readonly passedAt: string;
};

export type AlertMessage = FireAlertMessage | CaseAlertMessage | PlateAlertMessage;

/** A hit as it is kept with its alert. */
export type PlateHit = {
  readonly hitId: string;
  readonly cameraId: string;
  readonly at: EpochMs;
  readonly plate: string;
  readonly probability: number;
  readonly list: string;
  readonly reason: string;
  readonly owner: string;
};

type Camera = Pick<CameraConfig, 'id' | 'name' | 'place'>;
type Site = {
  readonly timeZone: string;
  readonly link: string;
  readonly escalation: number;
  readonly camera: Camera;
};

const idOf = (id: string, escalation: number): string => (escalation === 0 ? id : `${id}.${String(escalation)}`);
const localTime = (at: EpochMs, timeZone: string): string =>
  new Intl.DateTimeFormat('vi', { timeStyle: 'short', hour12: false, timeZone }).format(at);
const cameraOf = ({ id, name, place }: Camera): Common['camera'] => ({ id, name, place });

/** @param incident the one that the event belongs to, with what lies around it */
export const toFireMessage = (
  event: WatchEvent,
  { nearest, ...incident }: Incident & { readonly nearest: IncidentView['nearest'] },
  site: Site,
): FireAlertMessage => {
  const own = toFireAlert(event)!;
  const link = `${site.link}/fire`;
  const { camera, timeZone, escalation } = site;
  const words = { station: camera.name || camera.id, time: localTime(event.triggerAt, timeZone), link };
  return {
    schema: 'watchpost/fire-alert/1',
    id: idOf(event.id, escalation),
    incidentId: incident.id,
    kind: event.kind,
    camera: cameraOf(camera),
    escalation,
    where: incident.position,
    nearest,
    bearings: incident.alerts.flatMap(({ sight }) =>
      sight ? [{ station: sight.station, azimuthDeg: sight.azimuthDeg, sigmaDeg: sight.sigmaDeg }] : [],
    ),
    firstSeenAt: new Date(event.startAt).toISOString(),
    confirmedAt: new Date(event.triggerAt).toISOString(),
    sightings: own.sightings,
    framesLooked: own.framesLooked,
    growthPercent: own.growthPercent,
    stations: incident.stations,
    why: explain(event),
    shortText: firstThatFits([
      shortAlert({ ...joinIncidents([own])[0]!, stations: incident.stations, position: incident.position }, words),
    ]),
    link,
  };
};

export const toCaseMessage = (event: WatchEvent, site: Site): CaseAlertMessage => {
  const link = `${site.link}/cases/${event.id}`;
  const { camera, timeZone, escalation } = site;
  const what = `${RULE_NAMES[event.kind].vi.toUpperCase()} ${localTime(event.triggerAt, timeZone)}`;
  const name = camera.name || camera.id;
  return {
    schema: 'watchpost/case-alert/1',
    id: idOf(event.id, escalation),
    kind: event.kind,
    camera: cameraOf(camera),
    escalation,
    confirmedAt: new Date(event.triggerAt).toISOString(),
    why: explain(event),
    shortText: firstThatFits([
      `${what}; ${name}; ${camera.place}; ${link}`,
      `${what}; ${name}; ${link}`,
      `${what}; ${name}`,
    ]),
    link,
  };
};

const LIST_WORDS: Readonly<Record<string, Words>> = {
  wanted: { vi: 'Xe truy tìm', en: 'Wanted vehicle' },
  stolen: { vi: 'Xe mất cắp', en: 'Stolen vehicle' },
};

export const toPlateMessage = (hit: PlateHit, site: Site): PlateAlertMessage => {
  const { plate, list, reason, owner, probability } = hit;
  const link = `${site.link}/plates`;
  const { camera, timeZone, escalation } = site;
  const name = camera.name || camera.id;
  const time = localTime(hit.at, timeZone);
  const words = LIST_WORDS[list] ?? { vi: list, en: list };
  const share = String(Math.round(100 * probability));
  const what = `${words.vi.toUpperCase()} ${plate} ${time}`;
  return {
    schema: 'watchpost/plate-alert/1',
    id: idOf(hit.hitId, escalation),
    kind: 'plate_hit',
    camera: cameraOf(camera),
    escalation,
    ...{ plate, probability, list, reason, owner },
    passedAt: new Date(hit.at).toISOString(),
    why: {
      vi: `${words.vi} ${plate} qua ${name} lúc ${time} (độ tin cậy ${share} %). Hãy xem ảnh trước khi hành động.`,
      en: `${words.en} ${plate} passed ${name} at ${time} (${share} % sure). Look at the picture before you act.`,
    },
    shortText: firstThatFits([
      `${what}; ${share}%; ${name}; ${camera.place}; ${link}`,
      `${what}; ${share}%; ${name}; ${link}`,
      `${what}; ${share}%; ${name}`,
    ]),
    link,
  };
};
