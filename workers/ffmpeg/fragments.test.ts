import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { type Mp4Piece, readPieces } from './fragments.ts';

const box = (type: string, bytes: number): Buffer => {
  const made = Buffer.alloc(8 + bytes, type.charCodeAt(0));
  made.writeUInt32BE(made.length, 0);
  made.write(type, 4, 'latin1');
  return made;
};
const piecesOf = async (bytes: Buffer, chunk: number): Promise<Mp4Piece[]> => {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(bytes.subarray(at, at + chunk));
  const pieces: Mp4Piece[] = [];
  for await (const piece of readPieces(Readable.from(chunks))) pieces.push(piece);
  return pieces;
};

const header = Buffer.concat([box('ftyp', 12), box('moov', 300)]);
const first = Buffer.concat([box('moof', 80), box('mdat', 1_000)]);
const second = Buffer.concat([box('moof', 90), box('mdat', 0)]);

test.each([1, 7, 64, 100_000])(
  'header and fragments come whole however the pipe cuts them (%i bytes)',
  async (chunk) => {
    expect(await piecesOf(Buffer.concat([header, first, second, box('mfra', 20)]), chunk)).toEqual([
      { kind: 'init', bytes: header },
      { kind: 'fragment', bytes: first },
      { kind: 'fragment', bytes: second },
    ]);
  },
);

test('a fragment that the end of the stream cuts off is left out', async () => {
  const pieces = await piecesOf(Buffer.concat([header, first, second.subarray(0, 50)]), 64);
  expect(pieces.map(({ kind }) => kind)).toEqual(['init', 'fragment']);
});

test('bytes that are no boxes are refused', async () => {
  await expect(piecesOf(Buffer.alloc(64), 16)).rejects.toMatchObject({ code: 'SEGMENT_BROKEN' });
});
