import { HINTS_VI } from './hints-vi.ts';

const THINGS: Readonly<Record<string, string>> = {
  zone: 'vùng',
  line: 'vạch',
  signal: 'cột đèn',
  detector: 'bộ phát hiện',
  rule: 'quy tắc',
  camera: 'camera',
  pose: 'hướng',
};
const thing = (name: string): string => THINGS[name] ?? name;

const TYPES: Readonly<Record<string, string>> = {
  number: 'một số',
  integer: 'một số nguyên',
  string: 'chữ',
  boolean: 'có hoặc không',
  array: 'một danh sách',
  object: 'một nhóm khóa',
};

/** `number from 0 to 1 (What the key means), found 3`, without its first word. */
const limits = (text: string): string =>
  text
    .replace(/^(\w+)/, (type) => TYPES[type] ?? type)
    .replace(/\bfrom (\S+)/, 'từ $1')
    .replace(/\babove (\S+)/, 'lớn hơn $1')
    .replace(/\bto (\S+)/, 'đến $1')
    .replace(/\bof at least (\d+) characters/, 'ít nhất $1 ký tự')
    .replace(/\bmatching (.+)/, 'theo mẫu $1')
    .replace(/\bwith at least (\d+) entries/, 'ít nhất $1 mục')
    .replace(/^một danh sách ít nhất/, 'danh sách ít nhất');

/** A description of the schema stands in brackets behind what is wanted; a key without a translation goes without. */
const wanted = (text: string): string => {
  const [, core = text, description] = /^(.*?)(?: \((.+)\))?$/s.exec(text) ?? [];
  const told = description === undefined ? undefined : (HINTS_VI[`${description}.`] ?? HINTS_VI[description]);
  const words = core.startsWith('one of ') ? `một trong: ${core.slice(7)}` : limits(core);
  return told === undefined ? words : `${words} (${told.replace(/\.$/, '')})`;
};

const instead = (text: string): string =>
  text
    .replace(/^did you mean (".*?")\?$/, 'có phải là $1?')
    .replace(/^known(?: here)?: (.*)$/, 'hiện có: $1')
    .replace(/^none is defined$/, 'chưa có cái nào');

type Pattern = readonly [pattern: RegExp, words: (...found: string[]) => string];

/** What the check of a configuration says of a camera (pipeline/config.ts, pipeline/fire/sweep-faults.ts), most general last. */
const PATTERNS: readonly Pattern[] = [
  [/^unknown key; (.*)$/s, (rest) => `không có khóa này; ${instead(rest)}`],
  [/^missing `kind`; (.*)$/s, (rest) => `chưa chọn loại quy tắc; ${instead(rest)}`],
  [/^unknown kind (".*?"); (.*)$/s, (kind, rest) => `không có loại quy tắc ${kind}; ${instead(rest)}`],
  [/^missing; expected (.*)$/s, (rest) => `chưa điền; cần ${wanted(rest)}`],
  [
    /^environment variable (\w+) is not set; .*$/s,
    (name) => `biến môi trường ${name} chưa được đặt; đặt biến này trên máy chủ`,
  ],
  [/^no (\w+) (".*?"); (.*)$/s, (what, name, rest) => `không có ${thing(what)} ${name}; ${instead(rest)}`],
  [
    /^(".*?") is used by another (\w+)(?: of this camera)? ?(?:too)?$/,
    (name, what) => `${name} trùng với ${thing(what)} khác; đổi tên khác`,
  ],
  [
    /^rules need an `analysis` section on the camera$/,
    () => 'camera chưa bật phân tích; bật phân tích ở thẻ nguồn, hoặc xóa các quy tắc',
  ],
  [/^passages need an `analysis` section on the camera$/, () => 'ghi xe qua cần bật phân tích trên camera này'],
  [
    /^smoke grows too slowly for it; .*$/,
    () => 'khói lan quá chậm đối với bộ lọc chuyển động; tắt bộ lọc hoặc bỏ quy tắc khói',
  ],
  [
    /^(".*?") needs video; a camera that gives stills .*$/,
    (kind) => `${kind} cần video; camera chỉ gửi ảnh thì chỉ dùng được quy tắc khói`,
  ],
  [
    /^(".*?") is read from lamps under `signals` already$/,
    (name) => `${name} đã được đọc từ đèn vẽ trên hình; bỏ một trong hai`,
  ],
  [
    /^fixes no plane: .*$/,
    () => 'chưa xác định được mặt đường: các điểm, hoặc vị trí tính bằng mét của chúng, nằm trên một đường thẳng',
  ],
  [
    /^expected "source", found (".*?"): stills come .*$/,
    (found) => `cần "source", đang là ${found}: ảnh gửi lên kèm tên hướng`,
  ],
  [
    /^expected "schedule", "scene" or "onvif", found "source": .*$/,
    () => 'cần "schedule", "scene" hoặc "onvif": chỉ camera gửi ảnh (stills://) mới kèm tên hướng',
  ],
  [
    /^missing `startAt`; .* e\.g\. (.*)$/,
    (example) => `chưa có \`startAt\`: thời điểm bắt đầu hướng đầu tiên, ví dụ ${example}`,
  ],
  [
    /^expected more than settleMs \((\d+)\), found (\d+): .*$/,
    (least, found) =>
      `phải lớn hơn settleMs (${least}), đang là ${found}: nếu không sẽ không hình nào của hướng này được xét`,
  ],
  [
    /^(".*?") looks at one fixed view; .*$/,
    (kind) => `${kind} chỉ nhìn một hướng cố định; camera quay nhiều hướng chỉ dùng được quy tắc khói`,
  ],
  [/^the poses of this camera stand in its `sweep`; .*$/, () => 'các hướng đã khai trong `sweep`; bỏ phần này'],
  [/^only asked with `by: onvif`, found (".*?")$/, (by) => `chỉ dùng khi \`by: onvif\`, đang là ${by}`],
  [/^missing `onvif`: .* e\.g\. (.*)$/, (example) => `chưa có \`onvif\`: địa chỉ dịch vụ của camera, ví dụ ${example}`],
  [/^missing `ptz`: .*$/, () => 'chưa có `ptz`: số chỉ hướng mà camera báo tại vị trí này'],
  [
    /^within twice ptzTolerance \((.*?)\) of pose (".*?"): .*$/,
    (tolerance, pose) =>
      `quá gần hướng ${pose} (dưới hai lần ptzTolerance ${tolerance}): không phân biệt được hai hướng`,
  ],
  [
    /^expected (.*), found (.*?); did you mean (".*?")\?$/s,
    (rest, found, near) => `cần ${wanted(rest)}, đang là ${found}; có phải là ${near}?`,
  ],
  [
    /^expected (.*), found (.*)$/s,
    (rest, found) => `cần ${wanted(rest)}, đang là ${found === 'another' ? 'khác' : found}`,
  ],
];

/** A fault of the configuration in Vietnamese, or null for one that is not known. */
export const problemInVietnamese = (message: string): string | null => {
  for (const [pattern, words] of PATTERNS) {
    const found = pattern.exec(message);
    if (found) return words(...found.slice(1));
  }
  return null;
};
