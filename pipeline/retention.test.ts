import { expect, test } from 'vitest';
import { closedAt, DEFAULT_TIERS, eraseAt, tierOf } from './retention.ts';

const closing = {
  ...{ kind: 'wrong_way', state: 'confirmed', status: 'settled', verdictAt: 1_000, statusAt: 5_000, mergedInto: null },
};

test('a fined case is closed when it is settled, not when it is confirmed', () => {
  expect(closedAt({ ...closing, status: 'notified' })).toBeNull();
  expect(closedAt(closing)).toBe(5_000);
});

test('an alert is closed with its verdict', () => {
  expect(closedAt({ ...closing, kind: 'crowding', status: null, statusAt: null })).toBe(1_000);
});

test('what is open, what nobody was sure of, and what goes on in another case has no end', () => {
  expect(closedAt({ ...closing, state: 'pending', status: 'detected', verdictAt: null })).toBeNull();
  expect(closedAt({ ...closing, state: 'unsure', status: null })).toBeNull();
  expect(closedAt({ ...closing, mergedInto: 'another' })).toBeNull();
});

test('the first tier that fits counts, so a false alarm of smoke lives with the fires', () => {
  expect(tierOf(DEFAULT_TIERS, { kind: 'smoke', state: 'rejected' })?.name).toBe('fire');
  expect(tierOf(DEFAULT_TIERS, { kind: 'wrong_way', state: 'rejected' })?.name).toBe('dismissed');
  expect(tierOf(DEFAULT_TIERS, { kind: 'wrong_way', state: 'confirmed' })?.name).toBe('confirmed');
  expect(tierOf([], { kind: 'wrong_way', state: 'confirmed' })).toBeNull();
});

test('evidence of a fine outlives the year of limitation', () => {
  const tier = tierOf(DEFAULT_TIERS, { kind: 'wrong_way', state: 'confirmed' })!;
  expect(eraseAt(0, tier)).toBeGreaterThan(366 * 86_400_000);
});
