import { expect, test } from 'vitest';
import { Preparations } from './preparations.ts';

const deferred = <T>() => {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
};
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what was prepared is given out once', async () => {
  const preparations = new Preparations<number>();
  preparations.begin('a', () => Promise.resolve(1));
  await settled();
  expect(await preparations.take('a')).toBe(1);
  expect(await preparations.take('a')).toBeNull();
  expect(await preparations.take('never begun')).toBeNull();
});

test('work under way is waited for, work still in the queue is left to the taker', async () => {
  const preparations = new Preparations<number>();
  const first = deferred<number>();
  let second = 0;
  preparations.begin('first', () => first.promise);
  preparations.begin('second', () => Promise.resolve(++second));
  await settled();
  expect(await preparations.take('second')).toBeNull();
  const taken = preparations.take('first');
  first.resolve(7);
  expect(await taken).toBe(7);
  await settled();
  expect(second).toBe(0);
});

test('the same id is prepared once, a failure is no result, and the next in line still gets its turn', async () => {
  const preparations = new Preparations<number>();
  let runs = 0;
  preparations.begin('a', () => Promise.reject(new Error(String(++runs))));
  preparations.begin('a', () => Promise.resolve(++runs));
  preparations.begin('b', () => Promise.resolve(5));
  await settled();
  expect(runs).toBe(1);
  expect(await preparations.take('a')).toBeNull();
  expect(await preparations.take('b')).toBe(5);
});

test('results that nobody takes are forgotten, the oldest first', async () => {
  const preparations = new Preparations<string>(2);
  for (const id of ['a', 'b', 'c']) {
    preparations.begin(id, () => Promise.resolve(id));
    await settled();
  }
  expect(await Promise.all(['a', 'b', 'c'].map((id) => preparations.take(id)))).toEqual([null, 'b', 'c']);
});
