import { closeSync, openSync, readSync } from 'node:fs';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { Size } from '../../pipeline/geometry.ts';

/** Metadata before a JPEG's frame header may be long: thumbnails, colour profiles. */
const HEAD_BYTES = 1 << 20;
const PNG_SIGNATURE = 0x89504e47;
const JPEG_START = 0xffd8;

/** Start-of-frame markers C0 … CF, without the tables that share their range [ITU-T T.81, table B.1]. */
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

const jpegSize = (head: Buffer): Size | null => {
  for (let at = 2; at + 9 <= head.length && head[at] === 0xff;) {
    const marker = head[at + 1]!;
    // Fill bytes before a marker.
    if (marker === 0xff) at++;
    else if (isFrameHeader(marker)) return { width: head.readUInt16BE(at + 7), height: head.readUInt16BE(at + 5) };
    else at += 2 + head.readUInt16BE(at + 2);
  }
  return null;
};

/**
 * Pixel size of a JPEG or PNG from its header, as stored (orientation tags are not applied).
 * @throws WatchpostError INPUT_UNREADABLE naming the file
 */
export const imageSize = (file: string): Size => {
  const head = Buffer.alloc(HEAD_BYTES);
  let length: number;
  try {
    const handle = openSync(file, 'r');
    try {
      length = readSync(handle, head);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new WatchpostError('INPUT_UNREADABLE', `${file}: cannot be read`, { cause: error });
  }
  const bytes = head.subarray(0, length);
  if (length >= 24 && bytes.readUInt32BE(0) === PNG_SIGNATURE)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  const size = length >= 4 && bytes.readUInt16BE(0) === JPEG_START ? jpegSize(bytes) : null;
  if (!size) throw new WatchpostError('INPUT_UNREADABLE', `${file}: expected a JPEG or PNG image`);
  return size;
};
