import { expect, test } from 'vitest';
import { RtpClock } from './rtp-clock.ts';

/** An interleaved RTP packet with a time stamp, on the channel of pictures (0) or of reports (1). */
const packet = (channel: 0 | 1, ticks: number): Buffer => {
  const body = Buffer.alloc(20);
  if (channel === 1) body[1] = 200;
  body.writeUInt32BE(ticks, channel === 1 ? 16 : 4);
  return Buffer.concat([Buffer.from([0x24, channel, 0, body.length]), body]);
};
const answer = Buffer.from('RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 6\r\n\r\nv=0$\r\n');

test('bytes pass as they are until the clock jumps, whatever pieces they come in', () => {
  const said = Buffer.concat([answer, packet(0, 9_000), packet(1, 9_000), answer]);
  const clock = new RtpClock();
  const heard = [...said].map((byte) => Buffer.from(clock.push(Buffer.from([byte]))));
  expect(Buffer.concat(heard)).toEqual(said);
});

test('after a jump of a second pictures and reports are 90,000 ticks later, around the end of the counter too', () => {
  const clock = new RtpClock();
  clock.push(answer);
  clock.jump(1_000);
  expect(clock.push(packet(0, 9_000))).toEqual(packet(0, 99_000));
  expect(clock.push(packet(1, 9_000))).toEqual(packet(1, 99_000));
  expect(clock.push(packet(0, 2 ** 32 - 1))).toEqual(packet(0, 89_999));
  clock.jump(-2_000);
  expect(clock.push(packet(0, 0))).toEqual(packet(0, 2 ** 32 - 90_000));
});

test('what is no RTSP passes as it is', () => {
  const clock = new RtpClock();
  clock.jump(1_000);
  const said = Buffer.from('HTTP/1.1 200 OK\r\n\r\n$$$$$$$$$');
  expect(clock.push(said)).toEqual(said);
});
