import { expect, test } from 'vitest';
import { toCrossing } from './statistics-consumer.ts';

const event = {
  id: 'e1',
  cameraId: 'gate',
  ruleId: 'count',
  triggerAt: 5,
  subjects: [{ className: 'car' }],
  decision: { facts: { direction: 'in' } },
};

test('a crossing takes its class from the decision, else from the subject', () => {
  expect(toCrossing(JSON.stringify(event))).toEqual({
    eventId: 'e1',
    cameraId: 'gate',
    ruleId: 'count',
    className: 'car',
    direction: 'in',
    at: 5,
  });
  const decided = { ...event, decision: { facts: { class: 'bus', direction: 'out' } } };
  expect(toCrossing(JSON.stringify(decided))).toMatchObject({ className: 'bus', direction: 'out' });
});

test.each([
  '',
  'x',
  'null',
  '{}',
  '[]',
  JSON.stringify({ ...event, triggerAt: 'soon' }),
  JSON.stringify({ ...event, id: 1 }),
])('what cannot be read counts nothing: %s', (json) => {
  expect(toCrossing(json)).toBeNull();
});
