import type { Readable } from 'node:stream';
import { WatchpostError } from '../../pipeline/errors.ts';

/** A piece of a fragmented MP4 stream: the header that all else needs, or one movie fragment with its media data. */
export type Mp4Piece = { readonly kind: 'init' | 'fragment'; readonly bytes: Buffer };

/** Box sizes come from ffmpeg; a larger one means that the stream is out of step, not that a picture is so large. */
const LARGEST_BOX_BYTES = 512 * 1024 * 1024;
const BOX_HEAD_BYTES = 8;

/**
 * Cuts a fragmented MP4 stream (ISO/IEC 14496-12) into its header (`ftyp` + `moov`) and its fragments (`moof` + `mdat`),
 * each given out as soon as its last byte came. A fragment that the end of the stream cuts off is left out.
 * @throws WatchpostError SEGMENT_BROKEN when the bytes are no boxes
 */
export const readPieces = async function* (stream: Readable): AsyncGenerator<Mp4Piece, void, undefined> {
  let boxes: Buffer[] = [];
  for await (const box of readBoxes(stream)) {
    const type = box.toString('latin1', 4, BOX_HEAD_BYTES);
    if (type === 'mfra') continue;
    boxes.push(box);
    if (type !== 'moov' && type !== 'mdat') continue;
    yield { kind: type === 'moov' ? 'init' : 'fragment', bytes: Buffer.concat(boxes) };
    boxes = [];
  }
};

const readBoxes = async function* (stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  const head = Buffer.alloc(BOX_HEAD_BYTES);
  let target: Buffer = head;
  let filled = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (let from = 0; from < chunk.length;) {
      const count = chunk.copy(target, filled, from, from + target.length - filled);
      from += count;
      filled += count;
      if (filled < target.length) continue;
      if (target === head) {
        const size = head.readUInt32BE(0);
        if (size < BOX_HEAD_BYTES || size > LARGEST_BOX_BYTES)
          throw new WatchpostError('SEGMENT_BROKEN', `a box of ${size} bytes in the recording is not possible`);
        target = Buffer.alloc(size);
        head.copy(target);
        if (size > BOX_HEAD_BYTES) continue;
      }
      yield target;
      target = head;
      filled = 0;
    }
  }
};
