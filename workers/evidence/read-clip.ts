import { readFile } from 'node:fs/promises';
import { createFile, type Movie, MP4BoxBuffer, type Track } from 'mp4box';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { PtsMs } from '../../pipeline/time.ts';
import type { ClipFacts } from './verify-clip.ts';

/** First part of a codec's name in MP4 (RFC 6381) to the name that ffmpeg and the recorder use. */
const CODECS: Readonly<Record<string, string>> = {
  ...{ avc1: 'h264', avc3: 'h264', hvc1: 'hevc', hev1: 'hevc', av01: 'av1', vp09: 'vp9', mp4v: 'mpeg4' },
};

/**
 * Opens an MP4 and reads every picture's time from its index. In this process: starting a tool for it takes longer than
 * everything else that a waiting case needs.
 * @param startPtsMs media time of the file's first picture
 * @throws WatchpostError EVIDENCE_UNVERIFIED when it is no video
 */
export const readClip = async (file: string, startPtsMs: PtsMs): Promise<ClipFacts> => {
  const { track, samples } = parse(await readFile(file), file);
  const tickMs = 1_000 / track.timescale;
  // Packets before the start that the edit list gives belong to no picture that is shown.
  const offset = track.edits?.find(({ media_time }) => media_time >= 0)?.media_time ?? 0;
  const shown = samples
    .map(({ cts, duration, is_sync }) => ({ pts: cts - offset, duration, isKey: is_sync }))
    .filter(({ pts }) => track.edits === undefined || pts >= 0);
  if (shown.length === 0) throw new WatchpostError('EVIDENCE_UNVERIFIED', 'the clip that was cut holds no picture');
  if (!shown[0]!.isKey)
    throw new WatchpostError('EVIDENCE_UNVERIFIED', 'the clip that was cut does not start with a key frame');
  const sorted = shown.sort((a, b) => a.pts - b.pts);
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  const fourcc = track.codec.split('.')[0] ?? '';
  return {
    codec: CODECS[fourcc] ?? fourcc,
    width: track.video?.width ?? 0,
    height: track.video?.height ?? 0,
    tickMs,
    durationMs: roundMs((last.pts + last.duration - first.pts) * tickMs),
    frames: sorted.map(({ pts, isKey }) => ({ pts, isKey, ptsMs: startPtsMs + roundMs((pts - first.pts) * tickMs) })),
  };
};

const roundMs = (ms: number): number => Math.round(ms * 1_000) / 1_000;

const parse = (bytes: Buffer, file: string) => {
  const found: { movie: Movie | null; problem: string } = { movie: null, problem: 'it has no index' };
  const mp4 = createFile(false);
  mp4.onReady = (movie) => (found.movie = movie);
  mp4.onError = (module, problem) => (found.problem = `${module}: ${problem}`);
  const { buffer, byteOffset, byteLength } = bytes;
  mp4.appendBuffer(MP4BoxBuffer.fromArrayBuffer(buffer.slice(byteOffset, byteOffset + byteLength), 0), true);
  mp4.flush();
  const track: Track | undefined = found.movie?.videoTracks[0];
  if (!track) throw new WatchpostError('EVIDENCE_UNVERIFIED', `${file} holds no video: ${found.problem}`);
  return { track, samples: mp4.getTrackSamplesInfo(track.id) };
};
