import { describe, expect, test } from 'vitest';
import { parsePlate, type PlateHints } from './parse.ts';
import { findProvince, NEVER_ISSUED, PROVINCE_CODES } from './provinces.ts';

const one: PlateHints = { lines: 1 };
const two: PlateHints = { lines: 2 };

type Row = readonly [
  raw: string,
  hints: PlateHints,
  status: string,
  texts: string | readonly string[],
  kind?: string | null,
];
const rows: readonly Row[] = [
  ['30A-123.45', one, 'valid', '30A-123.45', 'car'],
  ['30 A 123 45', one, 'valid', '30A-123.45', 'car'],
  ['30a–123.45', {}, 'valid', '30A-123.45', 'car'],
  ['30A / 123.45', two, 'valid', '30A-123.45', 'car'],
  ['30A1 / 2345', two, 'valid', '30A1-2345', 'motorbike-old'],
  ['30A12345', {}, 'ambiguous', ['30A-123.45', '30A1-2345']],
  ['30A12345', one, 'valid', '30A-123.45', 'car'],
  ['30A12345', two, 'ambiguous', ['30A-123.45', '30A1-2345']],
  ['30A12345', { vehicle: 'motorcycle' }, 'valid', '30A1-2345', 'motorbike-old'],
  ['30A12345', { vehicle: 'truck' }, 'valid', '30A-123.45', 'car'],
  ['30A123.45', {}, 'valid', '30A-123.45', 'car'],
  ['30A01234', {}, 'valid', '30A-012.34', 'car'],
  ['30A1234', {}, 'valid', '30A-1234', 'car'],
  ['29B112345', {}, 'valid', '29B1-123.45', 'motorbike-old'],
  ['29-B1 / 123.45', two, 'valid', '29B1-123.45', 'motorbike-old'],
  ['29-B1 / 1234', two, 'valid', '29B1-1234', 'motorbike-old'],
  ['51-T1 1234', {}, 'valid', '51T1-1234', 'motorbike-old'],
  ['29F39999', {}, 'ambiguous', ['29F-399.99', '29F3-9999']],
  ['30A123456', {}, 'valid', '30A1-234.56', 'motorbike-old'],
  ['30A-123.456', one, 'invalid', '30A1-234.56', 'number-length'],
  ['29-AA / 123.45', two, 'valid', '29AA-123.45', 'motorbike-new'],
  ['29-AR / 123.45', two, 'valid', '29AR-123.45', 'motorbike-new'],
  ['29-RA / 123.45', two, 'invalid', [], 'series-first-letter'],
  ['29-AG / 123.45', two, 'invalid', '29A6-123.45', 'series-second-letter'],
  ['29-AI / 123.45', two, 'invalid', ['29A1-123.45', '29AL-123.45', '29AT-123.45'], 'letter-never-used'],
  ['29-A0 / 123.45', two, 'invalid', ['29AD-123.45', '29AU-123.45'], 'series-digit'],
  ['29-AB / 1234', two, 'invalid', [], 'number-length'],
  ['29-AA-123.45', one, 'invalid', '29AA-123.45', 'layout'],
  ['51B-123.45', { colour: 'yellow' }, 'valid', '51B-123.45', 'car'],
  ['80B-123.45', { colour: 'blue' }, 'valid', '80B-123.45', 'car'],
  ['30X-123.45', { colour: 'blue' }, 'valid', '30X-123.45', 'car'],
  ['29-A1 / 123.45', { ...two, colour: 'blue' }, 'valid', '29A1-123.45', 'motorbike-old'],
  ['29-AA / 123.45', { ...two, colour: 'blue' }, 'valid', '29AA-123.45', 'motorbike-new'],
  ['80-123-NG-45', { colour: 'red-on-white' }, 'valid', '80-123-NG-45', 'diplomatic'],
  ['80-NG / 123-45', two, 'valid', '80-123-NG-45', 'diplomatic'],
  ['80-011-QT-02', { colour: 'red-on-white' }, 'valid', '80-011-QT-02', 'international'],
  ['41-291-NN-01', {}, 'valid', '41-291-NN-01', 'foreign'],
  ['41NN29101', {}, 'ambiguous', ['41-291-NN-01', '41NN-291.01']],
  ['41NN29101', { vehicle: 'motorcycle' }, 'valid', '41NN-291.01', 'motorbike-new'],
  ['41NN29101', { colour: 'red-on-white' }, 'valid', '41-291-NN-01', 'foreign'],
  ['80-123-CV-07', {}, 'valid', '80-123-CV-07', 'diplomatic-staff'],
  ['TM-12-34', { colour: 'white-on-red' }, 'valid', 'TM-12-34', 'army'],
  ['QH1234', { colour: 'white-on-red' }, 'valid', 'QH-12-34', 'army'],
  ['KA 56 78', {}, 'valid', 'KA-56-78', 'army'],
  ['EM-12-34', { colour: 'white-on-red' }, 'invalid', [], 'army-first-letter'],
  ['30LD-123.45', {}, 'valid', '30LD-123.45', 'special'],
  ['29DA-123.45', {}, 'valid', '29DA-123.45', 'special'],
  ['30KT-123.45', {}, 'valid', '30KT-123.45', 'special'],
  ['50CD-123.45', {}, 'valid', '50CD-123.45', 'special'],
  ['60MK-123.45', {}, 'valid', '60MK-123.45', 'special'],
  ['61HC-123.45', {}, 'valid', '61HC-123.45', 'special'],
  ['30LD-1234', {}, 'valid', '30LD-1234', 'special'],
  ['51R-012.34', two, 'valid', '51R-012.34', 'special'],
  ['51RM-012.34', two, 'valid', '51RM-012.34', 'special'],
  ['51T-123.45', one, 'valid', '51T-123.45', 'car'],
  ['29-MĐ1 / 123.45', two, 'valid', '29MĐ1-123.45', 'special'],
  ['29-MÐ1 / 123.45', two, 'valid', '29MĐ1-123.45', 'special'],
  ['29MD112345', {}, 'repaired', '29MĐ1-123.45', 'special'],
  ['29MD12345', {}, 'ambiguous', ['29MD-123.45', '29MĐ-123.45']],
  ['29TĐ-123.45', {}, 'valid', '29TĐ-123.45', 'special'],
  ['29TD12345', {}, 'ambiguous', ['29TD-123.45', '29TĐ-123.45']],
  ['29TD-123.45', one, 'repaired', '29TĐ-123.45', 'special'],
  ['30AĐ-123.45', {}, 'invalid', '30AD-123.45', 'series-second-letter'],
  ['13A-123.45', {}, 'invalid', [], 'never-issued-province'],
  ['42B-123.45', {}, 'invalid', [], 'never-issued-province'],
  ['44A-112.23', {}, 'invalid', [], 'never-issued-province'],
  ['96-B1 123.45', {}, 'invalid', [], 'never-issued-province'],
  ['10A-123.45', one, 'invalid', [], 'province-range'],
  ['09A-123.45', one, 'invalid', [], 'province-range'],
  ['30I-123.45', one, 'invalid', ['30L-123.45', '30T-123.45'], 'letter-never-used'],
  ['30O-123.45', one, 'invalid', ['30D-123.45', '30U-123.45'], 'letter-never-used'],
  ['30W-123.45', one, 'invalid', [], 'letter-never-used'],
  ['30J-123.45', one, 'invalid', [], 'letter-never-used'],
  ['3OA-123.45', one, 'repaired', '30A-123.45', 'car'],
  ['B0A-123.45', one, 'repaired', '80A-123.45', 'car'],
  ['30A-12S.45', one, 'repaired', '30A-125.45', 'car'],
  ['30A-1Z3.4B', one, 'repaired', '30A-123.48', 'car'],
  ['30A-L23.Q5', one, 'repaired', '30A-123.05', 'car'],
  ['308-123.45', one, 'repaired', '30B-123.45', 'car'],
  ['300-123.45', one, 'ambiguous', ['30D-123.45', '30U-123.45']],
  ['30A-T23.45', one, 'ambiguous', '30A-723.45'],
  ['59-X8 / 1Z3.45', two, 'repaired', '59X8-123.45', 'motorbike-old'],
  ['29-AB / 123.4S', two, 'repaired', '29AB-123.45', 'motorbike-new'],
  ['30А-123.45', one, 'repaired', '30A-123.45', 'car'],
  ['30A-000.00', one, 'invalid', [], 'number-zero'],
  ['30À-123.45', one, 'invalid', '30A-123.45', 'symbol'],
  ['A-123.45', {}, 'invalid', [], 'province-missing'],
  ['30-123.45', {}, 'invalid', [], 'series-missing'],
  ['', {}, 'invalid', [], 'unreadable'],
  ['- / .', {}, 'invalid', [], 'unreadable'],
];

describe('plate grammar', () => {
  for (const [raw, hints, status, texts, about] of rows)
    test(`${JSON.stringify(raw)} with ${JSON.stringify(hints)} is ${status}`, () => {
      const parsed = parsePlate(raw, hints);
      expect(parsed.status).toBe(status);
      expect(parsed.candidates.map(({ text }) => text).sort()).toEqual([texts].flat().sort());
      if (status === 'invalid') expect(parsed.reason).toBe(about);
      else if (about !== undefined) expect(parsed.candidates[0]?.kind).toBe(about);
    });

  test('every repair is listed with place, from and to', () => {
    expect(parsePlate('30A-L23.Q5', one).candidates[0]?.edits).toEqual([
      { at: 3, from: 'L', to: '1' },
      { at: 6, from: 'Q', to: '0' },
    ]);
  });

  test('what decided between two readings is told', () => {
    expect(parsePlate('30A12345', { vehicle: 'motorcycle' }).decidedBy).toBe('vehicle-class');
    expect(parsePlate('30A-123.45').decidedBy).toBeNull();
  });

  test.each([
    ['30X-123.45', { colour: 'blue' }, ['colour-series']],
    ['80B-123.45', { colour: 'blue' }, []],
    ['29-A1 / 123.45', { lines: 2, colour: 'blue' }, []],
    ['29-AA / 123.45', { lines: 2, colour: 'blue' }, ['colour-series']],
    ['51T-123.45', one, ['temporary-possible']],
    ['30A-123.45', { colour: 'red-on-white' }, ['colour-kind']],
  ] as const)('%j %j carries the flags %j', (raw, hints, flags) => {
    expect(parsePlate(raw, hints).flags).toEqual(flags);
  });
});

describe('provinces', () => {
  test('81 codes are issued, 80 included; the never issued are not among them', () => {
    expect(PROVINCE_CODES).toHaveLength(81);
    expect(NEVER_ISSUED.filter((code) => findProvince(code) !== null)).toEqual([]);
  });

  test('a merged province keeps its former name', () => {
    expect(findProvince('61')).toEqual({ code: '61', name: 'TP. Hồ Chí Minh', formerName: 'Bình Dương' });
    expect(findProvince('30')).toEqual({ code: '30', name: 'Hà Nội', formerName: null });
    expect(findProvince('80')?.name).toBeNull();
  });
});

describe('any plate of the grammar', () => {
  /** Small linear congruential generator: the same plates in every run. */
  const random = (seed: number) => () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const pick = (next: () => number, from: string): string => from[Math.floor(next() * from.length)]!;

  test('a valid plate that is read with one digit turned into its twin letter is repaired to itself or left open', () => {
    const next = random(7);
    const twins: Record<string, string> = { 0: 'O', 1: 'I', 2: 'Z', 5: 'S', 8: 'B', 6: 'G' };
    for (let round = 0; round < 2_000; round++) {
      const number = String(1 + Math.floor(next() * 99_998)).padStart(5, '0');
      const plate = `30${pick(next, 'ABCDEFGHKLMNPSTUVXYZ')}-${number.slice(0, 3)}.${number.slice(3)}`;
      const at = 4 + Math.floor(next() * 3);
      const twin = twins[plate[at]!];
      if (!twin) continue;
      const parsed = parsePlate(plate.slice(0, at) + twin + plate.slice(at + 1), one);
      expect(parsed.status).toBe('repaired');
      expect(parsed.candidates[0]?.text).toBe(plate);
    }
  });
});
