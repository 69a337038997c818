import { firstThatFits } from '../../pipeline/alerts/sms-text.ts';
import type { AlertKind } from '../../pipeline/alerts/alert-config.ts';
import type { CameraConfig } from '../../pipeline/config/camera.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import { explain } from '../../pipeline/explanation.ts';
import { RULE_NAMES } from '../../pipeline/explanation-words.ts';
import type { Words } from '../../pipeline/explanation-words.ts';
import type { DangerLevel } from '../../pipeline/fire/confirmation.ts';
import { DANGER_LEVELS, DANGER_NUMERALS } from '../../pipeline/fire/danger.ts';
import { distanceM } from '../../pipeline/fire/earth.ts';
import {
  type FireAlert,
  type Incident,
  joinIncidents,
  type Position,
  toFireAlert,
} from '../../pipeline/fire/incidents.ts';
import { shortAlert } from '../../pipeline/fire/short-alert.ts';
import type { TowerSight } from '../../pipeline/fire/terrain.ts';
import type { EpochMs } from '../../pipeline/time.ts';
import type { IncidentView } from '../contract/incidents.ts';
import type { PlumeStanding } from '../contract/plumes.ts';
import type { Wind } from '../contract/wind.ts';
import { fireLines } from './fire-lines.ts';

/** What every receiver gets of any alert; keys that are not known are absent, never guessed. Pictures only go with a mail that is configured so. */
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
  /** Of a camera that turns, else its only one's name; null where it has none. */
  readonly pose: string | null;
  readonly where: Position;
  /** Road, water, watch post nearest to the place, the compartment it lies in, a known burn beside it. */
  readonly nearest: IncidentView['nearest'];
  /** `where` on Vietnamese maps; null while it is not known, and where no central meridian is configured. */
  readonly vn2000: IncidentView['vn2000'];
  /** As last reported, at most three hours before; null where nobody did. */
  readonly wind: {
    readonly speedMps: number;
    readonly fromDeg: number;
    readonly at: string;
    readonly source: string;
  } | null;
  readonly bearings: readonly {
    readonly station: { readonly latitude: number; readonly longitude: number };
    readonly azimuthDeg: number;
    readonly sigmaDeg: number;
    /** Of the plume's foot, above the horizontal. */
    readonly elevationDeg: number;
    /** From this tower to the place; null while that is not known. */
    readonly distanceM: number | null;
  }[];
  readonly firstSeenAt: string;
  readonly confirmedAt: string;
  /** When its camera last saw it, as far as is known now. */
  readonly lastSeenAt: string;
  /** Whether it still goes on: as its camera last told. */
  readonly state: PlumeStanding['state'];
  /** Whether the camera is watching now; null where that is not known. */
  readonly watching: boolean | null;
  /** From one look at the place to the next (s), as it was up to the confirmation. */
  readonly cadenceS: number | null;
  /** Cameras that were seeing something at the same place when this one confirmed it. */
  readonly seconders: readonly string[];
  readonly sightings: number;
  readonly framesLooked: number;
  readonly growthPercent: number | null;
  readonly stations: number;
  /** Of the day, I to V as 1 to 5. */
  readonly dangerLevel: DangerLevel | null;
  /** Place, lines of sight, times, growth, place on maps, way there, wind and danger, one a line. */
  readonly more: readonly Words[];
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

/** What a person reads of it, line by line. */
export const textOf = (message: AlertMessage, language: keyof Words): readonly string[] => [
  message.why[language],
  ...('more' in message ? message.more.map((line) => line[language]) : []),
];

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

/** What is known of the place of a fire, besides where it is. */
type Around = Pick<IncidentView, 'nearest' | 'vn2000'> & { readonly wind: Wind | null };
/** What is known of its camera and its smoke now, not when it was confirmed. */
export type FireNow = { readonly standing: PlumeStanding | null; readonly watching: boolean | null };

/** @param incident the one that the event belongs to, with what lies around it */
export const toFireMessage = (
  event: WatchEvent,
  { nearest, vn2000, wind, standing, watching, ...incident }: Incident & Around & FireNow,
  site: Site,
): FireAlertMessage => {
  const own = toFireAlert(event)!;
  const link = `${site.link}/fire`;
  const { camera, timeZone, escalation } = site;
  const dangerLevel = DANGER_LEVELS.find((level) => String(level) === event.decision.facts['danger']) ?? null;
  const words = { station: camera.name || camera.id, time: localTime(event.triggerAt, timeZone), link };
  const told = {
    where: incident.position,
    bearings: incident.alerts.flatMap(({ sight }) => (sight ? [toBearing(sight, incident.position)] : [])),
    firstSeenAt: new Date(event.startAt).toISOString(),
    lastSeenAt: new Date(Math.max(event.triggerAt, standing?.lastSeenAt ?? 0)).toISOString(),
    watching,
    cadenceS: cadenceOf(event, own),
    sightings: own.sightings,
    framesLooked: own.framesLooked,
    growthPercent: own.growthPercent,
    stations: incident.stations,
  };
  return {
    ...told,
    schema: 'watchpost/fire-alert/1',
    id: idOf(event.id, escalation),
    incidentId: incident.id,
    pose: event.decision.facts['pose'] ?? null,
    kind: event.kind,
    camera: cameraOf(camera),
    escalation,
    nearest,
    vn2000,
    wind: wind && { ...wind, at: new Date(wind.at).toISOString() },
    confirmedAt: new Date(event.triggerAt).toISOString(),
    state: standing?.state ?? 'confirmed',
    seconders: event.decision.facts['seconders']?.split(' ') ?? [],
    dangerLevel,
    more: [
      ...fireLines(told, (at) => localTime(at, timeZone)),
      ...placeLines({ nearest, vn2000, wind }, timeZone),
      ...dangerLines(dangerLevel),
    ],
    why: explain(event),
    shortText: firstThatFits([
      shortAlert({ ...joinIncidents([own])[0]!, stations: incident.stations, position: incident.position }, words),
    ]),
    link,
  };
};

const toBearing = (
  { station, azimuthDeg, sigmaDeg, elevationDeg }: TowerSight,
  position: Position,
): FireAlertMessage['bearings'][number] => ({
  ...{ station, azimuthDeg, sigmaDeg, elevationDeg },
  distanceM: 'place' in position ? Math.round(distanceM(station, position.place)) : null,
});

const cadenceOf = ({ startAt, triggerAt }: WatchEvent, { framesLooked }: FireAlert): number | null =>
  framesLooked > 1 ? Math.round((triggerAt - startAt) / (framesLooked - 1) / 1000) : null;

const NEAREST_WORDS: Readonly<Record<IncidentView['nearest'][number]['kind'], Words>> = {
  road: { vi: 'Đường', en: 'Road' },
  water: { vi: 'Nước', en: 'Water' },
  post: { vi: 'Chốt, trạm', en: 'Watch post' },
  compartment: { vi: 'Tiểu khu', en: 'Compartment' },
  burn: { vi: 'Điểm đốt đã biết', en: 'Known burn' },
};

const placeLines = ({ nearest, vn2000, wind }: Around, timeZone: string): readonly Words[] => {
  const lines: Words[] = [];
  if (vn2000) {
    const { northingM, eastingM, centralMeridianDeg } = vn2000;
    const at = `X ${String(Math.round(northingM))}, Y ${String(Math.round(eastingM))}`;
    const meridian = `${String(centralMeridianDeg)}°`;
    lines.push({
      vi: `VN-2000 (kinh tuyến trục ${meridian}): ${at}`,
      en: `VN-2000 (central meridian ${meridian}): ${at}`,
    });
  }
  for (const { kind, name, owner, distanceM: away, azimuthDeg, travelMinutes } of nearest) {
    const words = NEAREST_WORDS[kind];
    const km = (away / 1000).toFixed(1);
    const minutes = travelMinutes === undefined ? null : String(travelMinutes);
    lines.push({
      vi: [
        `${words.vi}: ${name ?? 'không tên'}`,
        ...(away > 0 ? [`${km.replace('.', ',')} km, hướng ${String(azimuthDeg)}°`] : []),
        ...(minutes === null ? [] : [`đi khoảng ${minutes} phút`]),
        ...(owner === undefined ? [] : [`chủ rừng ${owner}`]),
      ].join(', '),
      en: [
        `${words.en}: ${name ?? 'no name'}`,
        ...(away > 0 ? [`${km} km, bearing ${String(azimuthDeg)}°`] : []),
        ...(minutes === null ? [] : [`about ${minutes} min away`]),
        ...(owner === undefined ? [] : [`kept by ${owner}`]),
      ].join(', '),
    });
  }
  if (wind) {
    const { speedMps, fromDeg, source, at } = wind;
    const [speed, from, time] = [speedMps.toFixed(1), String(Math.round(fromDeg)), localTime(at, timeZone)];
    lines.push({
      vi: `Gió ${speed.replace('.', ',')} m/s từ hướng ${from}° (${source}, ${time})`,
      en: `Wind ${speed} m/s from ${from}° (${source}, ${time})`,
    });
  }
  return lines;
};

const dangerLines = (level: DangerLevel | null): readonly Words[] =>
  level === null
    ? []
    : [{ vi: `Cấp dự báo cháy rừng: ${DANGER_NUMERALS[level]}`, en: `Fire danger: ${DANGER_NUMERALS[level]}` }];

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
