import { expect, test } from 'vitest';
import { redactUrl } from './errors.ts';

test('user and password of an address are hidden wherever a camera wants them', () => {
  expect(redactUrl('rtsp://admin:p%40ss@10.0.0.5:554/live is away')).toBe('rtsp://***@10.0.0.5:554/live is away');
  expect(redactUrl('http://10.0.0.5/video?user=admin&pwd=geheim&channel=1')).toBe(
    'http://10.0.0.5/video?user=***&pwd=***&channel=1',
  );
});

test('what is no address stays as it is', () => {
  expect(redactUrl('samples/street.mp4 has 3 users')).toBe('samples/street.mp4 has 3 users');
});
