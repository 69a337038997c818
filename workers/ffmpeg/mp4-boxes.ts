import { WatchpostError } from '../../pipeline/errors.ts';
import type { Size } from '../../pipeline/geometry.ts';

/** Fields of ISO/IEC 14496-12 (ISO base media file format) that recording needs; nothing else is read. */

type BoxRange = { readonly type: string; readonly start: number; readonly end: number };

const boxes = function* (view: DataView, start: number, end: number): Generator<BoxRange> {
  for (let at = start; at + 8 <= end;) {
    let size = view.getUint32(at);
    let header = 8;
    if (size === 1 && at + 16 <= end) {
      size = Number(view.getBigUint64(at + 8));
      header = 16;
    } else if (size === 0) size = end - at;
    if (size < header || at + size > end) return;
    const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)));
    yield { type, start: at + header, end: at + size };
    at += size;
  }
};

export const find = (
  view: DataView,
  path: readonly string[],
  within: { readonly start: number; readonly end: number },
): BoxRange | null => {
  const [head, ...rest] = path;
  for (const box of boxes(view, within.start, within.end)) {
    if (box.type !== head) continue;
    return rest.length === 0 ? box : find(view, rest, box);
  }
  return null;
};

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Time scale of the (only) track of an init segment, units per second.
 * @throws WatchpostError SEGMENT_BROKEN
 */
export const readTimescale = (init: Uint8Array): number => {
  const view = viewOf(init);
  const box = find(view, ['moov', 'trak', 'mdia', 'mdhd'], { start: 0, end: init.byteLength });
  if (!box) throw new WatchpostError('SEGMENT_BROKEN', 'init segment has no moov/trak/mdia/mdhd box');
  return view.getUint32(view.getUint8(box.start) === 1 ? box.start + 20 : box.start + 12);
};

/** Coding (four characters, as `avc1`) and picture size that an init segment states for its (only) track; null when it states none. */
export const readPictureFormat = (init: Uint8Array): (Size & { readonly coding: string }) | null => {
  const view = viewOf(init);
  const box = find(view, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'], { start: 0, end: init.byteLength });
  // Version, flags and number of entries come before the first entry.
  const [entry] = box ? boxes(view, box.start + 8, box.end) : [];
  if (!entry || entry.start + 28 > entry.end) return null;
  return { coding: entry.type, width: view.getUint16(entry.start + 24), height: view.getUint16(entry.start + 26) };
};

export type SegmentTimes = {
  /** Earliest presentation time, ms on the file's own time line. */
  readonly startMs: number;
  /** When the picture that is shown last has been shown. With B-frames at a varying rate, right to one picture. */
  readonly endMs: number;
  readonly frameCount: number;
  readonly startsWithKeyframe: boolean;
};

const SAMPLE_IS_NON_SYNC = 0x0001_0000;

/**
 * Times of one media segment: all its movie fragments (`moof`) together, first track only.
 * @param timescale from `readTimescale`
 * @throws WatchpostError SEGMENT_BROKEN when it holds no fragment
 */
export const readSegmentTimes = (segment: Uint8Array, timescale: number): SegmentTimes => {
  const view = viewOf(segment);
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  let frameCount = 0;
  let startsWithKeyframe = false;
  for (const moof of boxes(view, 0, segment.byteLength)) {
    if (moof.type !== 'moof') continue;
    const traf = find(view, ['traf'], moof);
    if (!traf) continue;
    const tfhd = find(view, ['tfhd'], traf);
    const tfdt = find(view, ['tfdt'], traf);
    if (!tfhd || !tfdt) continue;
    const head = view.getUint32(tfhd.start) & 0xff_ffff;
    let at = tfhd.start + 8;
    if (head & 0x01) at += 8;
    if (head & 0x02) at += 4;
    let defaultDuration = 0;
    if (head & 0x08) {
      defaultDuration = view.getUint32(at);
      at += 4;
    }
    if (head & 0x10) at += 4;
    const defaultFlags = head & 0x20 ? view.getUint32(at) : 0;
    let decodeTime =
      view.getUint8(tfdt.start) === 1 ? Number(view.getBigUint64(tfdt.start + 4)) : view.getUint32(tfdt.start + 4);
    for (const trun of boxes(view, traf.start, traf.end)) {
      if (trun.type !== 'trun') continue;
      const version = view.getUint8(trun.start);
      const flags = view.getUint32(trun.start) & 0xff_ffff;
      const samples = view.getUint32(trun.start + 4);
      let cursor = trun.start + 8;
      if (flags & 0x001) cursor += 4;
      let firstFlags: number | null = null;
      if (flags & 0x004) {
        firstFlags = view.getUint32(cursor);
        cursor += 4;
      }
      for (let sample = 0; sample < samples; sample++) {
        let sampleDuration = defaultDuration;
        if (flags & 0x100) {
          sampleDuration = view.getUint32(cursor);
          cursor += 4;
        }
        if (flags & 0x200) cursor += 4;
        let sampleFlags = sample === 0 && firstFlags !== null ? firstFlags : defaultFlags;
        if (flags & 0x400) {
          sampleFlags = view.getUint32(cursor);
          cursor += 4;
        }
        let composition = 0;
        if (flags & 0x800) {
          composition = version === 0 ? view.getUint32(cursor) : view.getInt32(cursor);
          cursor += 4;
        }
        if (frameCount === 0) startsWithKeyframe = (sampleFlags & SAMPLE_IS_NON_SYNC) === 0;
        start = Math.min(start, decodeTime + composition);
        end = Math.max(end, decodeTime + composition + sampleDuration);
        decodeTime += sampleDuration;
        frameCount++;
      }
    }
  }
  if (frameCount === 0) throw new WatchpostError('SEGMENT_BROKEN', 'segment holds no movie fragment with samples');
  const toMs = (units: number): number => Math.round((units * 1_000_000) / timescale) / 1_000;
  return { startMs: toMs(start), endMs: toMs(end), frameCount, startsWithKeyframe };
};
