import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveConnection } from './live-connection.ts';

/** Node has no EventSource; this one says what the test hands to it, as a stream does. */
class HandStream extends EventTarget {
  static readonly all: HandStream[] = [];
  readonly url: string;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;
  constructor(url: string) {
    super();
    this.url = url;
    HandStream.all.push(this);
  }
  close(): void {
    this.isClosed = true;
  }
  say(name: string, data: unknown): void {
    if (!this.isClosed) this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}

const REGROUP_MS = 200;
let live: LiveConnection;
let heard: string[];
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', HandStream);
  HandStream.all.length = 0;
  live = new LiveConnection();
  heard = [];
  live.onCase(({ caseId }) => heard.push(caseId));
  live.open();
  HandStream.all[0]!.say('status', { live: true });
});
afterEach(() => {
  live.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('while other cameras come onto the screen no case is missed, and none is said twice', () => {
  live.want('gate');
  vi.advanceTimersByTime(REGROUP_MS);
  const [before, after] = HandStream.all as [HandStream, HandStream];
  expect(after.url).toContain('gate');
  before.say('case', { caseId: 'only the old stream' });
  before.say('case', { caseId: 'both' });
  after.say('status', { live: true });
  expect(before.isClosed).toBe(true);
  after.say('case', { caseId: 'both' });
  after.say('case', { caseId: 'only the new stream' });
  expect(heard).toEqual(['only the old stream', 'both', 'only the new stream']);
  vi.advanceTimersByTime(2_000);
  // The same words later are news.
  after.say('case', { caseId: 'both' });
  expect(heard.at(-1)).toBe('both');
});

test('a new stream that fails does not leave the old one behind', () => {
  live.want('gate');
  vi.advanceTimersByTime(REGROUP_MS);
  const [before, after] = HandStream.all as [HandStream, HandStream];
  after.onerror!();
  expect([before.isClosed, after.isClosed]).toEqual([true, true]);
  expect(live.contact().state).toBe('lost');
});
