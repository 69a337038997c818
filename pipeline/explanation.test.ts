import { describe, expect, test } from 'vitest';
import { type Measurement, RULE_KINDS, type RuleKind } from './event.ts';
import { explain } from './explanation.ts';

const decided = (ruleKind: RuleKind, measurements: readonly Measurement[], facts: Record<string, string> = {}) =>
  explain({
    decision: { ruleId: 'r', ruleKind, ruleVersion: '1', geometryHash: '', measurements, facts },
    subjects: [],
  });

describe('explanations', () => {
  test('a wrong-way ride names vehicle, place, time and angle with their units', () => {
    const { vi, en } = decided(
      'wrong_way',
      [
        { name: 'headingDifference', value: 176, unit: '°', threshold: 120, comparison: '>=' },
        { name: 'duration', value: 1.2, unit: 's', threshold: 1, comparison: '>=' },
      ],
      { zone: 'Làn 4', class: 'motorcycle' },
    );
    expect(vi).toBe(
      'Xe máy di chuyển ngược chiều quy định của “Làn 4” trong 1,2 giây. Hướng đi đo trên hình lệch 176° so với chiều quy định (ngưỡng 120°).',
    );
    expect(en).toBe(
      'A motorcycle moved against the legal direction of “Làn 4” for 1.2 s. Its heading on the picture differed from the legal one by 176° (threshold 120°).',
    );
  });

  test('a crowd names count, place and threshold', () => {
    const { vi, en } = decided(
      'crowding',
      [
        { name: 'count', value: 7, unit: 'persons', threshold: 6, comparison: '>=' },
        { name: 'duration', value: 20, unit: 's', threshold: 20, comparison: '>=' },
      ],
      { zone: 'Quảng trường' },
    );
    expect(vi).toBe('Đếm được 7 người trong “Quảng trường” (ngưỡng 6 người), kéo dài 20 giây tính đến lúc báo.');
    expect(en).toBe('7 persons were counted in “Quảng trường” (threshold 6 persons), for 20 s up to this report.');
  });

  test('a red light whose start was not seen is told as "at least"', () => {
    const measured: readonly Measurement[] = [
      { name: 'redAge', value: 3.72, unit: 's', threshold: 0.5, comparison: '>=' },
      { name: 'afterLine', value: 0.18, unit: 's' },
    ];
    const facts = { line: 'vạch 1', signal: 'chính', class: 'motorcycle' };
    expect(decided('red_light', measured, { ...facts, redStartSeen: 'no' }).vi).toBe(
      'Xe máy qua vạch dừng “vạch 1” khi đèn “chính” đã đỏ ít nhất 3,72 giây và 0,18 giây sau đó đi tiếp vào nút giao khi đèn vẫn đỏ.',
    );
    expect(decided('red_light', measured, { ...facts, redStartSeen: 'yes' }).en).toContain(
      'had been red for 3.72 s, and',
    );
  });

  test('a motorcycle without helmets tells who wears what, and that it stood', () => {
    const measured: readonly Measurement[] = [
      { name: 'withoutHelmet', value: 1, unit: 'persons', threshold: 0, comparison: '>' },
      { name: 'seen', value: 1.6, unit: 's', threshold: 0.5, comparison: '>=' },
      { name: 'agreement', value: 92, unit: '%', threshold: 80, comparison: '>=' },
    ];
    const { vi, en } = decided('no_helmet', measured, {
      ...{ class: 'motorcycle', moved: 'no' },
      riders: 'driver:helmet passenger-1:bare',
    });
    expect(vi).toBe(
      'Số người trên xe máy được nhận định là không đội mũ bảo hiểm: 1 người (người điều khiển: có đội mũ bảo hiểm; người được chở: đầu trần). Quan sát trong 1,6 giây, mức thống nhất giữa các khung hình 92% (ngưỡng 80%). Xe đang dừng.',
    );
    expect(en).toContain('1 person (driver: helmet; passenger: bare head)');
    const three = { class: 'motorcycle', moved: 'yes', riders: 'driver:other passenger-1:unsure passenger-2:bare' };
    expect(decided('no_helmet', measured, three).vi).toContain(
      '(người điều khiển: đội mũ không phải mũ bảo hiểm; người được chở thứ 1: không rõ; người được chở thứ 2: đầu trần)',
    );
  });

  test('too many riders are told as the law counts them: whom the driver carries', () => {
    const riders: Measurement = { name: 'riders', value: 3, unit: 'persons', threshold: 2, comparison: '>' };
    const { vi } = decided('too_many_riders', [riders, { name: 'seen', value: 2, unit: 's' }], { class: 'motorcycle' });
    expect(vi).toContain('3 người trên một xe máy, tức chở theo 2 người');
  });

  test('the English article fits a class of a user’s own model', () => {
    const { en } = decided('line_count', [], { class: 'ambulance', line: 'gate', direction: 'in' });
    expect(en).toBe('An ambulance crossed line “gate” in direction in.');
  });

  test.each(RULE_KINDS)('%s has a sentence in both languages even when nothing was measured', (kind) => {
    const { vi, en } = decided(kind, []);
    expect(vi).toMatch(/^\p{Lu}.*\.$/u);
    expect(en).toMatch(/^[A-Z?].*\.$/);
  });
});
