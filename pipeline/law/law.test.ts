import { describe, expect, test } from 'vitest';
import type { WatchEvent } from '../event.ts';
import { findLaw, lawPenalty, lawReference } from './find-law.ts';
import type { LawEntry } from './law-entry.ts';
import { VIETNAM } from './vietnam.ts';

const ZONE = 'Asia/Ho_Chi_Minh';
const act = (kind: WatchEvent['kind'], className: string, day: string, values: Record<string, number> = {}) => ({
  ...{ kind, triggerAt: Date.parse(day), subjects: [] },
  decision: {
    ...{ ruleId: 'r', ruleKind: kind, ruleVersion: '1', geometryHash: '', facts: { class: className } },
    measurements: Object.entries(values).map(([name, value]) => ({ name, value, unit: '' })),
  },
});
const idsOf = (...event: Parameters<typeof act>): string[] => findLaw(VIETNAM, act(...event), ZONE).map(({ id }) => id);

describe('the law of an act', () => {
  test('follows from the act and the vehicle', () => {
    expect(idsOf('red_light', 'motorcycle', '2026-11-21T08:00+07:00')).toEqual(['168/2024:7.7.c:red_light']);
    expect(idsOf('red_light', 'truck', '2026-11-21T08:00+07:00')).toEqual(['168/2024:6.9.b:red_light']);
    expect(idsOf('red_light', 'bicycle', '2026-11-21T08:00+07:00')).toEqual([]);
    expect(idsOf('crowding', 'person', '2026-11-21T08:00+07:00')).toEqual([]);
  });

  test('counts passengers, not people on the motorcycle', () => {
    const at = '2026-11-21T08:00+07:00';
    expect(idsOf('too_many_riders', 'motorcycle', at, { riders: 3 })).toEqual(['168/2024:7.2.g:too_many_riders']);
    expect(idsOf('too_many_riders', 'motorcycle', at, { riders: 5 })).toEqual(['168/2024:7.3.b:too_many_riders']);
    expect(idsOf('too_many_riders', 'motorcycle', at, { riders: 2 })).toEqual([]);
  });

  test('is that of the local day of the act, to the minute', () => {
    expect(idsOf('red_light', 'car', '2024-12-31T23:59+07:00')).toEqual([]);
    // Still 2024 in Greenwich.
    expect(idsOf('red_light', 'car', '2025-01-01T00:00+07:00')).toEqual(['168/2024:6.9.b:red_light']);
  });

  test('an act keeps the clause of its day when a later decree changes the sum', () => {
    const [old] = VIETNAM.filter(({ id }) => id === '168/2024:6.9.b:red_light');
    const laws: LawEntry[] = [
      { ...old!, effectiveTo: '2026-08-14' },
      { ...old!, id: 'new', amendedBy: 'Nghị định 238/2026/NĐ-CP', effectiveFrom: '2026-08-15' },
    ];
    const idAt = (day: string): string[] => findLaw(laws, act('red_light', 'car', day), ZONE).map(({ id }) => id);
    expect(idAt('2026-08-14T23:59+07:00')).toEqual([old!.id]);
    expect(idAt('2026-08-15T00:00+07:00')).toEqual(['new']);
    expect(lawReference(laws[1]!).vi).toContain('sửa đổi bởi Nghị định 238/2026/NĐ-CP');
  });
});

describe('the words of the law', () => {
  const entry = (id: string): LawEntry => VIETNAM.find((law) => law.id === id)!;

  test('a verified clause is printed as it stands', () => {
    expect(lawReference(entry('168/2024:7.2.h:no_helmet'))).toEqual({
      vi: 'Điểm h khoản 2 Điều 7 Nghị định 168/2024/NĐ-CP',
      en: 'Point h, clause 2, Article 7, Nghị định 168/2024/NĐ-CP',
    });
    expect(lawPenalty(entry('168/2024:6.9.b:red_light'))).toEqual({
      vi: 'Phạt tiền từ 18.000.000 đến 20.000.000 đồng; trừ 4 điểm giấy phép lái xe',
      en: 'Fine of 18,000,000 to 20,000,000 dong; 4 licence points',
    });
  });

  test('nothing that was not verified is printed without saying so, and no sum is made up', () => {
    for (const law of VIETNAM) {
      const reference = lawReference(law).vi;
      const penalty = lawPenalty(law).vi;
      expect(reference.includes('chưa kiểm chứng'), law.id).toBe(law.unverified.includes('reference'));
      if (law.unverified.includes('fine')) expect(penalty, law.id).toMatch(/đồng \(chưa kiểm chứng\)|chưa rõ/);
      if (law.unverified.includes('points'))
        expect(penalty, law.id).toMatch(/(điểm giấy phép lái xe \(chưa kiểm chứng\)|chưa rõ)$/);
    }
    expect(lawPenalty(entry('168/2024:6.1.a:stop_line')).en).toBe('Fine not known; points not known');
  });

  test('every entry has an id of its own, days in order and a source', () => {
    expect(new Set(VIETNAM.map(({ id }) => id)).size).toBe(VIETNAM.length);
    for (const { effectiveFrom, effectiveTo, source, fineVnd } of VIETNAM) {
      expect(effectiveFrom === null || effectiveTo === null || effectiveFrom <= effectiveTo).toBe(true);
      expect(source).not.toBe('');
      expect(fineVnd === null || fineVnd.min < fineVnd.max).toBe(true);
    }
  });
});
