import type { RuleKind } from './event.ts';

export type Language = 'vi' | 'en';
export type Words = Readonly<Record<Language, string>>;

export const RULE_NAMES: Readonly<Record<RuleKind, Words>> = {
  wrong_way: { vi: 'Đi ngược chiều', en: 'Wrong way' },
  wrong_lane: { vi: 'Đi sai làn', en: 'Wrong lane' },
  crowding: { vi: 'Tụ tập đông người', en: 'Crowding' },
  line_count: { vi: 'Đếm lượt qua vạch', en: 'Line count' },
  red_light: { vi: 'Vượt đèn đỏ', en: 'Red light' },
  stop_line: { vi: 'Dừng quá vạch dừng', en: 'Over the stop line' },
  no_helmet: { vi: 'Không đội mũ bảo hiểm', en: 'No helmet' },
  too_many_riders: { vi: 'Chở quá số người', en: 'Too many riders' },
  speed: { vi: 'Tốc độ', en: 'Speed' },
  illegal_stop: { vi: 'Dừng, đỗ sai quy định', en: 'Illegal stop' },
  pavement_riding: { vi: 'Đi xe trên vỉa hè', en: 'Riding on the pavement' },
  encroachment: { vi: 'Lấn chiếm vỉa hè, lòng đường', en: 'Encroachment' },
  loitering: { vi: 'Lưu lại lâu', en: 'Loitering' },
  dumped_rubbish: { vi: 'Đổ rác', en: 'Dumped rubbish' },
  camera_health: { vi: 'Tình trạng camera', en: 'Camera health' },
  smoke: { vi: 'Khói', en: 'Smoke' },
  flame: { vi: 'Lửa', en: 'Flame' },
};

export const PICTURE_FAULT_NAMES: Readonly<Record<string, Words>> = {
  frozen: { vi: 'đứng yên hoàn toàn', en: 'stood perfectly still' },
  dark: { vi: 'quá tối', en: 'was too dark' },
  covered: { vi: 'bị che khuất', en: 'was covered' },
  blurred: { vi: 'bị mờ, mất nét', en: 'was out of focus' },
  moved: { vi: 'hướng sang nơi khác so với trước', en: 'showed another place than before' },
};

const CLASS_NAMES: Readonly<Record<string, Words>> = {
  person: { vi: 'người', en: 'person' },
  bicycle: { vi: 'xe đạp', en: 'bicycle' },
  motorcycle: { vi: 'xe máy', en: 'motorcycle' },
  car: { vi: 'ô tô', en: 'car' },
  bus: { vi: 'xe khách', en: 'bus' },
  truck: { vi: 'xe tải', en: 'truck' },
  smoke: { vi: 'khói', en: 'smoke' },
  flame: { vi: 'ngọn lửa', en: 'flame' },
  object: { vi: 'vật không rõ loại', en: 'unidentified thing' },
};

/** Classes of a user's own model have no translation and are shown as they are. */
export const className = (name: string | undefined, language: Language): string =>
  name === undefined ? { vi: 'đối tượng', en: 'object' }[language] : (CLASS_NAMES[name]?.[language] ?? name);

const UNITS: Readonly<Record<string, Words>> = {
  s: { vi: ' giây', en: ' s' },
  persons: { vi: ' người', en: ' persons' },
  'persons/m²': { vi: ' người/m²', en: ' persons/m²' },
  frames: { vi: ' khung hình', en: ' frames' },
  vehicles: { vi: ' xe', en: ' vehicles' },
  'box heights': { vi: ' lần chiều cao khung bao', en: ' box heights' },
  '% of lane width': { vi: '% bề rộng làn', en: '% of the lane width' },
  '% of the picture’s height': { vi: '% chiều cao hình', en: '% of the picture’s height' },
  days: { vi: ' ngày', en: ' days' },
  '°': { vi: '°', en: '°' },
  '%': { vi: '%', en: '%' },
};

/** English units of one; Vietnamese has no plural. */
const ONE: Readonly<Record<string, string>> = { persons: ' person', frames: ' frame', days: ' day', 'box heights': ' box height' }; // prettier-ignore

/** A number with its unit as printed in a language: Vietnamese writes a decimal comma. */
export const quantity = (value: number, unit: string, language: Language): string => {
  const digits = String(value);
  const number = language === 'vi' ? digits.replace('.', ',') : digits;
  const single = language === 'en' && value === 1 ? ONE[unit] : undefined;
  return `${number}${single ?? UNITS[unit]?.[language] ?? (unit ? ` ${unit}` : '')}`;
};

const HEADS: Readonly<Record<string, Words>> = {
  helmet: { vi: 'có đội mũ bảo hiểm', en: 'helmet' },
  bare: { vi: 'đầu trần', en: 'bare head' },
  other: { vi: 'đội mũ không phải mũ bảo hiểm', en: 'other headwear' },
  unsure: { vi: 'không rõ', en: 'cannot be told' },
};
const SEATS: Readonly<Record<string, Words>> = {
  driver: { vi: 'người điều khiển', en: 'driver' },
  passenger: { vi: 'người được chở', en: 'passenger' },
  rider: { vi: 'người', en: 'person' },
};

/** `driver:helmet passenger-1:bare` in words: who on a motorcycle wears what. */
export const ridersInWords = (riders: string, language: Language): string => {
  const all = riders.split(' ').map((each) => each.split(/[-:]/));
  const isOnlyPassenger = all.filter(([seat]) => seat === 'passenger').length < 2;
  const told = all.map(([seat = '', ...rest]) => {
    const [number, head = ''] = rest.length > 1 ? rest : ['', rest[0]];
    const name = SEATS[seat]?.[language] ?? seat;
    const which = number === '' || (seat === 'passenger' && isOnlyPassenger) ? '' : { vi: ` thứ ${number}`, en: ` ${number}` }[language]; // prettier-ignore
    return `${name}${which}: ${HEADS[head]?.[language] ?? head}`;
  });
  return told.join('; ');
};

export const capitalise = (text: string): string => text.charAt(0).toLocaleUpperCase('vi') + text.slice(1);
export const withArticle = (noun: string): string => `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
