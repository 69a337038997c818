import type { LawEntry, LawPart } from './law-entry.ts';

const MOTORCYCLE = ['motorcycle'] as const;
/** Article 6 of the decree: cars and vehicles like cars. */
const CARS = ['car', 'bus', 'truck'] as const;

const DECREE = 'Nghị định 168/2024/NĐ-CP';
const SOURCE = 'Decree 168/2024/NĐ-CP, as collected in the domain notes of 2026-11';

type Clause = Pick<LawEntry, 'kind' | 'vehicles' | 'behaviour'> &
  Partial<Pick<LawEntry, 'when' | 'portalCode' | 'points' | 'unverified'>> & {
    /** `7.2.h`: article, clause, point; `?` for a point that is not known. */
    readonly at: string;
    /** Thousands of dong. */
    readonly fine: readonly [min: number, max: number] | null;
  };

const clause = ({ at, fine, kind, vehicles, behaviour, when, ...rest }: Clause): LawEntry => {
  const [article = '', number = '', point = '?'] = at.split('.');
  return {
    id: `168/2024:${at}:${kind}`,
    ...{ kind, vehicles, behaviour, decree: DECREE, article, clause: number },
    ...(when ? { when } : {}),
    point: point === '?' ? null : point,
    fineVnd: fine && { min: fine[0] * 1_000, max: fine[1] * 1_000 },
    points: rest.points ?? 0,
    portalCode: rest.portalCode ?? null,
    ...{ effectiveFrom: '2025-01-01', effectiveTo: null, source: SOURCE },
    unverified: rest.unverified ?? [],
  };
};

const ALL: readonly LawPart[] = ['reference', 'fine', 'points'];

/**
 * Fines of the acts that rules look for, state of 2026-11. An amended clause gets its last day in `effectiveTo` and a
 * second entry beside it: acts before keep the law of their day.
 */
export const VIETNAM: readonly LawEntry[] = [
  clause({
    ...{ kind: 'no_helmet', vehicles: MOTORCYCLE, at: '7.2.h', fine: [400, 600], portalCode: '16824.7.2.h.01' },
    behaviour: {
      vi: 'Người điều khiển xe không đội mũ bảo hiểm cho người đi mô tô, xe máy',
      en: 'Rider of a motorcycle wears no helmet',
    },
  }),
  clause({
    ...{ kind: 'no_helmet', vehicles: MOTORCYCLE, at: '7.2.i', fine: [400, 600], unverified: ['reference'] },
    behaviour: {
      vi: 'Chở người ngồi trên xe không đội mũ bảo hiểm cho người đi mô tô, xe máy',
      en: 'Carries a passenger who wears no helmet',
    },
  }),
  clause({
    ...{ kind: 'too_many_riders', vehicles: MOTORCYCLE, at: '7.2.g', fine: [400, 600] },
    // The law counts passengers, the rule people on the motorcycle.
    when: { measurement: 'riders', min: 3, max: 3 },
    behaviour: { vi: 'Chở theo 2 người trên xe mô tô, xe gắn máy', en: 'Carries two passengers on a motorcycle' },
  }),
  clause({
    ...{ kind: 'too_many_riders', vehicles: MOTORCYCLE, at: '7.3.b', fine: [600, 800], points: 2 },
    when: { measurement: 'riders', min: 4, max: 99 },
    behaviour: {
      vi: 'Chở theo từ 3 người trở lên trên xe mô tô, xe gắn máy',
      en: 'Carries three or more passengers on a motorcycle',
    },
  }),
  clause({
    ...{ kind: 'red_light', vehicles: MOTORCYCLE, at: '7.7.c', fine: [4_000, 6_000], points: 4 },
    behaviour: {
      vi: 'Không chấp hành hiệu lệnh của đèn tín hiệu giao thông (xe mô tô, xe gắn máy)',
      en: 'Motorcycle does not obey a traffic signal',
    },
  }),
  clause({
    ...{ kind: 'red_light', vehicles: CARS, at: '6.9.b', fine: [18_000, 20_000], points: 4 },
    behaviour: {
      vi: 'Không chấp hành hiệu lệnh của đèn tín hiệu giao thông (xe ô tô)',
      en: 'Car does not obey a traffic signal',
    },
  }),
  clause({
    ...{ kind: 'wrong_way', vehicles: MOTORCYCLE, at: '7.7.a', fine: [4_000, 6_000], points: 2, unverified: ALL },
    behaviour: {
      vi: 'Đi ngược chiều của đường một chiều, đường có biển “Cấm đi ngược chiều” (xe mô tô, xe gắn máy)',
      en: 'Motorcycle moves against the direction of a one-way or no-entry road',
    },
  }),
  clause({
    ...{ kind: 'wrong_way', vehicles: CARS, at: '6.9.d', fine: [18_000, 20_000], unverified: ['fine', 'points'] },
    behaviour: {
      vi: 'Đi ngược chiều của đường một chiều, đường có biển “Cấm đi ngược chiều” (xe ô tô)',
      en: 'Car moves against the direction of a one-way or no-entry road',
    },
  }),
  clause({
    ...{ kind: 'wrong_lane', vehicles: MOTORCYCLE, at: '7.3.d', fine: [600, 800], unverified: ['fine'] },
    behaviour: {
      vi: 'Đi không đúng phần đường, làn đường quy định (xe mô tô, xe gắn máy)',
      en: 'Motorcycle uses the wrong lane or part of the road',
    },
  }),
  clause({
    ...{ kind: 'wrong_lane', vehicles: CARS, at: '6.5.b', fine: [4_000, 6_000], points: 2, unverified: ALL },
    behaviour: {
      vi: 'Đi không đúng phần đường, làn đường quy định (xe ô tô)',
      en: 'Car uses the wrong lane or part of the road',
    },
  }),
  clause({
    ...{ kind: 'stop_line', vehicles: MOTORCYCLE, at: '7.1.a', fine: [200, 400], unverified: ALL },
    behaviour: {
      vi: 'Không chấp hành hiệu lệnh, chỉ dẫn của vạch kẻ đường (xe mô tô, xe gắn máy)',
      en: 'Motorcycle does not obey road markings',
    },
  }),
  clause({
    ...{ kind: 'stop_line', vehicles: CARS, at: '6.1.a', fine: null, unverified: ALL },
    behaviour: {
      vi: 'Không chấp hành hiệu lệnh, chỉ dẫn của vạch kẻ đường (xe ô tô)',
      en: 'Car does not obey road markings',
    },
  }),
  clause({
    ...{ kind: 'pavement_riding', vehicles: MOTORCYCLE, at: '7.7.a', fine: [4_000, 6_000], unverified: ALL },
    behaviour: {
      vi: 'Điều khiển xe đi trên vỉa hè (xe mô tô, xe gắn máy)',
      en: 'Motorcycle is ridden on the pavement',
    },
  }),
  clause({
    ...{ kind: 'speed', vehicles: MOTORCYCLE, at: '7.4.?', fine: [800, 1_000], unverified: ALL },
    when: { measurement: 'excess', min: 10, max: 20 },
    behaviour: {
      vi: 'Chạy quá tốc độ quy định từ 10 km/h đến 20 km/h (xe mô tô, xe gắn máy)',
      en: 'Motorcycle exceeds the limit by 10 to 20 km/h',
    },
  }),
  clause({
    ...{ kind: 'speed', vehicles: CARS, at: '6.5.đ', fine: [4_000, 6_000], points: 2 },
    when: { measurement: 'excess', min: 10, max: 20 },
    behaviour: {
      vi: 'Chạy quá tốc độ quy định từ 10 km/h đến 20 km/h (xe ô tô)',
      en: 'Car exceeds the limit by 10 to 20 km/h',
    },
  }),
  ...(
    [
      ['person', 3_000, 5_000, 'cá nhân', 'a person'],
      ['organisation', 6_000, 10_000, 'tổ chức', 'an organisation'],
    ] as const
  ).map(([who, min, max, vi, en]): LawEntry => ({
    ...{ id: `336/2025:5.3:${who}`, kind: 'encroachment', vehicles: ['object'], decree: 'Nghị định 336/2025/NĐ-CP' },
    behaviour: { vi: `Chiếm dụng vỉa hè để bày hàng (${vi})`, en: `Occupies the pavement with goods (${en})` },
    ...{ article: '5', clause: '3', point: null, points: 0, portalCode: null },
    fineVnd: { min: min * 1_000, max: max * 1_000 },
    ...{ effectiveFrom: null, effectiveTo: null, unverified: ['effective'] },
    source: 'Decree 336/2025/NĐ-CP Art. 5.3, as collected in the domain notes of 2026-11',
  })),
];
