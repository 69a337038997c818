import { expect, test } from 'vitest';
import { sourceFaultOf } from './source-fault.ts';

/** As ffmpeg 5.1 wrote them to sources made so. */
test.each([
  ['password', '[rtsp @ 0x5] method DESCRIBE failed: 401 X\nServer returned 401 Unauthorized (authorization failed)'],
  ['password', '[http @ 0x5] HTTP error 403 Forbidden\nServer returned 403 Forbidden (access denied)'],
  ['path', '[rtsp @ 0x5] method DESCRIBE failed: 404 X\nrtsp://10.0.0.2/1: Server returned 404 Not Found'],
  ['path', '[rtsp @ 0x5] method DESCRIBE failed: 454 X\nServer returned 4XX Client Error, but not one of 40{0,1,3,4}'],
  ['transport', '[rtsp @ 0x5] method SETUP failed: 461 Unsupported transport'],
  ['busy', '[rtsp @ 0x5] method DESCRIBE failed: 453 X\nServer returned 4XX Client Error, but not one of 40{0,1,3,4}'],
  ['busy', '[rtsp @ 0x5] method DESCRIBE failed: 503 X\nrtsp://10.0.0.2/1: Server returned 5XX Server Error reply'],
  ['refused', '[tcp @ 0x5] Connection to tcp://10.0.0.2:1?timeout=6000000 failed: Connection refused'],
  ['name', '[tcp @ 0x5] Failed to resolve hostname gate.invalid: Name or service not known\nInput/output error'],
  ['unreachable', '[tcp @ 0x5] Connection to tcp://10.9.9.9:554 failed: No route to host'],
  ['timeout', '[tcp @ 0x5] Connection to tcp://10.9.9.9:554 failed: Connection timed out'],
  ['tls', '[tls @ 0x5] An unexpected TLS packet was received.\nrtsps://10.0.0.2/: Input/output error'],
  ['codec', 'Decoder (codec none) not found for input stream #0:0'],
  ['no-video', 'http://10.0.0.2/: Invalid data found when processing input'],
  ['no-video', "Stream map '0:v:0' matches no streams."],
  ['file', 'file:/videos/nothing.mp4: No such file or directory'],
  ['other', 'rtsp://10.0.0.2/: Input/output error'],
])('%s: %s', (fault, said) => {
  expect(sourceFaultOf(said)).toBe(fault);
});

test('numbers of an address, a size or a rate are no answer of a camera', () => {
  const said =
    'Input #0, rtsp, from rtsp://10.0.0.2:454/404:\n  Stream #0:0: Video: h264, 401x503, bitrate: 461 kb/s\n';
  expect(sourceFaultOf(`${said}Invalid data found when processing input`)).toBe('no-video');
});
