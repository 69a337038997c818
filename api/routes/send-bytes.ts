import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';

export type ByteRange = { readonly start: number; readonly end: number };

/**
 * Reads a `Range` header [RFC 9110 §14]. Several ranges, other units and malformed headers are ignored, as the
 * standard allows: the whole file is then the answer.
 * @returns null for the whole file, `unsatisfiable` when it begins behind the end
 */
export const parseRange = (header: string | undefined, bytes: number): ByteRange | null | 'unsatisfiable' => {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), bytes);
    return length === 0 ? 'unsatisfiable' : { start: bytes - length, end: bytes - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? bytes - 1 : Math.min(Number(match[2]), bytes - 1);
  if (start >= bytes) return 'unsatisfiable';
  return end < start ? null : { start, end };
};

/** Sends a file or a part of it; nothing is read into memory whole. */
export const sendBytes = async (
  request: FastifyRequest,
  reply: FastifyReply,
  file: {
    readonly bytes: number;
    readonly mediaType: string;
    readonly open: (range?: ByteRange) => Promise<AsyncIterable<Uint8Array>>;
  },
): Promise<FastifyReply> => {
  const range = parseRange(request.headers.range, file.bytes);
  reply.header('accept-ranges', 'bytes').type(file.mediaType);
  if (range === 'unsatisfiable')
    return reply.code(416).header('content-range', `bytes */${file.bytes}`).type('text/plain').send('');
  if (range)
    reply
      .code(206)
      .header('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`)
      .header('content-length', range.end - range.start + 1);
  else reply.header('content-length', file.bytes);
  // An empty stream: for an empty text Fastify would say that the file is empty.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  const source = await file.open(range ?? undefined);
  return reply.send(source instanceof Readable ? source : Readable.from(source, { objectMode: false }));
};
