import type { Words } from '../../pipeline/explanation-words.ts';
import type { FireAlertMessage } from './alert-message.ts';

/** What a ranger reads of where it is, since when, and how it goes on; both languages from the same numbers. */
type Told = Pick<
  FireAlertMessage,
  | 'where'
  | 'bearings'
  | 'firstSeenAt'
  | 'lastSeenAt'
  | 'sightings'
  | 'framesLooked'
  | 'cadenceS'
  | 'watching'
  | 'growthPercent'
  | 'stations'
>;

/** Vietnamese writes a comma. */
const decimal = (value: number, digits: number): Words => {
  const text = value.toFixed(digits);
  return { vi: text.replace('.', ','), en: text };
};
const kilometres = (metres: number): Words => {
  const { vi, en } = decimal(metres / 1000, 1);
  return { vi: `${vi} km`, en: `${en} km` };
};
/** Where a line of sight ends that meets no ground. */
const SKYLINE: Words = { vi: 'đường chân trời', en: 'the skyline' };

/** @param line both languages with the same numbers; `pick` takes a number as the language writes it */
const each = (line: (pick: (words: Words) => string) => Words): Words => ({
  vi: line((words) => words.vi).vi,
  en: line((words) => words.en).en,
});

/** Place, lines of sight, times, growth: one a line. @param time of an instant as the site's clock shows it */
export const fireLines = (told: Told, time: (at: number) => string): readonly Words[] => [
  ...placeLine(told.where),
  ...told.bearings.map(bearingLine),
  whenLine(told, time),
  ...growthLine(told),
];

const placeLine = (where: Told['where']): readonly Words[] => {
  if (!('place' in where)) return [];
  const at = `${where.place.latitude.toFixed(5)}, ${where.place.longitude.toFixed(5)}`;
  if (where.kind === 'fix') {
    const { semiMajorM, semiMinorM, orientationDeg } = where.ellipse;
    const [major, minor, turned] = [semiMajorM, semiMinorM, orientationDeg].map((value) => String(Math.round(value)));
    return [
      {
        vi: `Vị trí (WGS84): ${at}; elip 95 %: ±${major!} × ±${minor!} m, trục dài hướng ${turned!}°`,
        en: `Place (WGS84): ${at}; 95 % ellipse: ±${major!} × ±${minor!} m, long axis ${turned!}°`,
      },
    ];
  }
  const [range, near] = [kilometres(where.rangeM), kilometres(where.nearM)];
  const far = where.farM === null ? SKYLINE : kilometres(where.farM);
  return [
    {
      vi: `Vị trí (WGS84): ${at}; cách trạm ${range.vi} (${near.vi} đến ${far.vi})`,
      en: `Place (WGS84): ${at}; ${range.en} from the tower (${near.en} to ${far.en})`,
    },
  ];
};

/** ± is two standard deviations, about 95 %. */
const bearingLine = ({ azimuthDeg, sigmaDeg, elevationDeg, distanceM }: Told['bearings'][number]): Words =>
  each((pick) => {
    const [azimuth, error] = [pick(decimal(azimuthDeg, 1)), pick(decimal(2 * sigmaDeg, 1))];
    const elevation = pick(decimal(elevationDeg, 1));
    const away = distanceM === null ? null : pick(kilometres(distanceM));
    return {
      vi: `Hướng ${azimuth}° ± ${error}° từ hướng bắc thật, góc đứng ${elevation}°${away === null ? '' : `, cách ${away}`}`,
      en: `Bearing ${azimuth}° ± ${error}° from true north, elevation ${elevation}°${away === null ? '' : `, ${away} away`}`,
    };
  });

const WATCHING: Readonly<Record<'yes' | 'no', Words>> = {
  yes: { vi: '; camera vẫn đang theo dõi', en: '; the camera still watches' },
  no: { vi: '; camera không còn theo dõi', en: '; the camera no longer watches' },
};

const whenLine = (told: Told, time: (at: number) => string): Words => {
  const { sightings, framesLooked, cadenceS, watching } = told;
  const [first, last] = [told.firstSeenAt, told.lastSeenAt].map((at) => time(Date.parse(at)));
  const frames = [String(sightings), String(framesLooked)] as const;
  const state = watching === null ? { vi: '', en: '' } : WATCHING[watching ? 'yes' : 'no'];
  const every = cadenceS === null ? null : String(cadenceS);
  return {
    vi: `Thấy lần đầu ${first!}, lần cuối ${last!}; ${frames[0]} trên ${frames[1]} khung hình${every === null ? '' : `, ${every} giây một khung`}${state.vi}`,
    en: `First seen ${first!}, last ${last!}; ${frames[0]} of ${frames[1]} frames${every === null ? '' : `, one each ${every} s`}${state.en}`,
  };
};

const growthLine = ({ growthPercent, stations }: Told): readonly Words[] => {
  if (growthPercent === null) return [];
  const grown = `${growthPercent > 0 ? '+' : ''}${String(growthPercent)} %`;
  return [
    {
      vi: `Diện tích khói ${grown} so với lần đầu thấy; số trạm thấy: ${String(stations)}`,
      en: `Area of the smoke ${grown} against the first sighting; towers that see it: ${String(stations)}`,
    },
  ];
};
