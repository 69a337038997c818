import { beforeEach, describe, expect, test } from 'vitest';
import { CameraShares, type Candidate } from './camera-shares.ts';

let shares: CameraShares;
let said: string[];
beforeEach(() => {
  shares = new CameraShares();
  said = [];
});
const offer = (worker: string, cameraId: string, capacity = 1_000): Candidate => ({
  ...{ cameraId, worker, capacity },
  start: () => said.push(`${worker} starts ${cameraId}`),
});
const join = (worker: string, cameras: readonly string[], capacity?: number): Candidate[] => {
  const offers = cameras.map((cameraId) => offer(worker, cameraId, capacity));
  for (const each of offers) shares.join(each, 0);
  return offers;
};
const owners = (cameras: readonly string[]): (string | null)[] => cameras.map((id) => shares.workerOf(id));

describe('cameras among workers', () => {
  test('a camera has one worker, and another as soon as that one is gone', () => {
    const [first] = join('a', ['gate']);
    join('b', ['gate']);
    expect(said).toEqual(['a starts gate']);
    shares.leave(first!);
    expect(said).toEqual(['a starts gate', 'b starts gate']);
  });

  test('no worker is given more than it takes; what nobody takes waits for room', () => {
    join('a', ['1', '2', '3'], 2);
    expect(owners(['1', '2', '3'])).toEqual(['a', 'a', null]);
    join('b', ['1', '2', '3'], 2);
    expect(owners(['1', '2', '3'])).toEqual(['a', 'a', 'b']);
  });

  test('a worker that comes later is given its share, one camera at a time, once it has lived a while', () => {
    const cameras = ['1', '2', '3', '4'];
    join('a', cameras);
    join('b', cameras);
    shares.balance(1_000);
    expect(owners(cameras)).toEqual(['a', 'a', 'a', 'a']);
    shares.balance(4_000);
    expect(owners(cameras).filter((owner) => owner === 'b')).toHaveLength(1);
    for (let second = 5; second < 20; second++) shares.balance(second * 1_000);
    expect(owners(cameras).filter((owner) => owner === 'b')).toHaveLength(2);
    expect(said.filter((line) => line.startsWith('b starts'))).toHaveLength(2);
  });

  test('a worker that connects anew is one worker, and keeps its camera', () => {
    join('a', ['gate']);
    join('a', ['gate']);
    expect(said).toEqual(['a starts gate', 'a starts gate']);
    expect(shares.hasStandIn('gate')).toBe(false);
  });
});
