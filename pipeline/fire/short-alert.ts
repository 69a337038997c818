import type { Incident } from './incidents.ts';

export type ShortAlertWords = {
  /** Of the first camera's tower, as rangers call it. */
  readonly station: string;
  /** Local time as printed, `14:32`. */
  readonly time: string;
  /** Page of the incident. */
  readonly link: string;
};

/** Characters of one SMS in GSM-7; with diacritics only 70 would fit. */
export const SMS_CHARACTERS = 160;

/** Vietnamese without diacritics: what phones of any age and GSM-7 show. */
export const withoutDiacritics = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/đ/g, 'd')
    .replace(/Đ/g, 'D')
    .replace(/[–—]/g, '-')
    .replace(/[^\x20-\x7e]/g, '?');

const degrees = (value: number): string => value.toFixed(1);
const place = (latitude: number, longitude: number): string => `${latitude.toFixed(4)},${longitude.toFixed(4)}`;

/**
 * The alert as one SMS: at most 160 characters, Vietnamese without diacritics. What matters most stands first; when it is
 * too long the station's name is cut, then the link is left out, never the place.
 */
export const shortAlert = (incident: Incident, { station, time, link }: ShortAlertWords): string => {
  const { alerts, position, stations } = incident;
  const what = alerts.some(({ kind }) => kind === 'flame') ? 'LUA' : 'KHOI';
  const newest = alerts.at(-1)!;
  const where = whereOf(position);
  const seen = `${String(newest.sightings)}/${String(newest.framesLooked)} khung, ${String(stations)} tram`;
  const line = (name: string, url: string): string =>
    withoutDiacritics([`${what} ${time}`, where, seen, name, url].filter(Boolean).join('; '));
  for (const [name, url] of [
    [station, link],
    [station.slice(0, 20), link],
    [station.slice(0, 20), ''],
  ] as const) {
    const text = line(name, url);
    if (text.length <= SMS_CHARACTERS) return text;
  }
  return line('', '').slice(0, SMS_CHARACTERS);
};

const kilometres = (metres: number): string => (metres / 1000).toFixed(1);

const whereOf = (position: Incident['position']): string => {
  if (position.kind === 'fix') {
    const { place: at, ellipse } = position;
    return `${place(at.latitude, at.longitude)} +-${String(Math.round(ellipse.semiMajorM))}m`;
  }
  if (position.kind === 'range') {
    const { place: at, rangeM, nearM, farM } = position;
    const far = farM === null ? 'duong chan troi' : `${kilometres(farM)} km`;
    return `${place(at.latitude, at.longitude)}, cach tram ${kilometres(rangeM)} km (${kilometres(nearM)}-${far})`;
  }
  if (position.kind === 'bearing') {
    const { station, azimuthDeg, sigmaDeg } = position.sight;
    return `huong ${degrees(azimuthDeg)}+-${degrees(2 * sigmaDeg)} do tu ${place(station.latitude, station.longitude)}`;
  }
  return 'chua ro vi tri';
};
