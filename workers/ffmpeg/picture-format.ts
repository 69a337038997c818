import { find, viewOf } from './mp4-boxes.ts';

/**
 * Sequence parameter sets in front of a fragment's first picture, as hexadecimal text: what a camera sends again with each
 * key frame and what changes when its picture gets another size. Only H.264 (ITU-T H.264 §7.4.1, NAL unit type 7) and
 * H.265 (ITU-T H.265 §7.4.2, type 33) with four-byte lengths, as ffmpeg writes them; empty for everything else.
 */
export const readParameterSets = (fragment: Uint8Array, codec: string): ReadonlySet<string> => {
  const kind = KINDS[codec];
  const view = viewOf(fragment);
  const data = find(view, ['mdat'], { start: 0, end: fragment.byteLength });
  // Some servers send the same set twice with the first picture.
  const sets = new Set<string>();
  if (!kind || !data) return sets;
  for (let at = data.start; at + 5 <= data.end;) {
    const length = view.getUint32(at);
    at += 4;
    if (length === 0) continue; // ffmpeg leaves one in front of units that began with a longer start code.
    const type = kind.typeOf(view.getUint8(at));
    if (at + length > data.end || kind.isPicture(type)) break;
    if (type === kind.parameterSet) sets.add(Buffer.from(fragment.subarray(at, at + length)).toString('hex'));
    at += length;
  }
  return sets;
};

type Kind = {
  readonly parameterSet: number;
  readonly typeOf: (head: number) => number;
  readonly isPicture: (type: number) => boolean;
};

const KINDS: Readonly<Record<string, Kind>> = {
  h264: { parameterSet: 7, typeOf: (head) => head & 0x1f, isPicture: (type) => type >= 1 && type <= 5 },
  hevc: { parameterSet: 33, typeOf: (head) => (head >> 1) & 0x3f, isPicture: (type) => type < 32 },
};
