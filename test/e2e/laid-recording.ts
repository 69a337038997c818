import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toPlaylist } from '../../workers/playlist.ts';

const SEGMENT_S = 2;

/**
 * Lays a clip where the API finds a camera's recording, as the recorder does: fMP4 segments by stream copy.
 * @param clip H.264 in MP4, a key frame every two seconds
 * @param anchorAt when its first frame was captured, epoch ms
 */
export const layRecording = async (options: {
  readonly dataDir: string;
  readonly cameraId: string;
  readonly sessionId: string;
  readonly clip: string;
  readonly anchorAt: number;
}): Promise<void> => {
  const { dataDir, cameraId, sessionId, clip, anchorAt } = options;
  const camera = join(dataDir, 'recordings', cameraId);
  const session = join(camera, sessionId);
  await mkdir(session, { recursive: true });
  await promisify(execFile)('ffmpeg', [
    ...['-v', 'error', '-i', clip, '-c', 'copy', '-f', 'hls', '-hls_time', String(SEGMENT_S), '-hls_list_size', '0'],
    ...['-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init.mp4'],
    ...['-hls_segment_filename', join(session, '%06d.m4s'), join(session, 'all.m3u8')],
  ]);
  const files = (await readdir(session)).filter((name) => name.endsWith('.m4s')).sort();
  const entries = files.map((file, index) => ({
    sessionId,
    sequence: index,
    durationMs: SEGMENT_S * 1_000,
    startAt: anchorAt + index * SEGMENT_S * 1_000,
    initUri: `${sessionId}/init.mp4`,
    uri: `${sessionId}/${file}`,
  }));
  const index = entries.map(({ sequence, startAt, durationMs }, at) => ({
    ...{ cameraId, sessionId, sequence, file: files[at]!, startPtsMs: startAt - anchorAt, durationMs, startAt },
    ...{ bytes: 0, sha256: '0'.repeat(64), startsWithKeyframe: true },
  }));
  await writeFile(join(session, 'index.ndjson'), index.map((segment) => `${JSON.stringify(segment)}\n`).join(''));
  const clock = { sessionId, anchorAt, source: 'given', uncertaintyMs: 0 };
  await writeFile(
    join(session, 'session.json'),
    JSON.stringify({ cameraId, sessionId, clock, codec: 'h264', width: 640, height: 360, initFile: 'init.mp4' }),
  );
  await writeFile(join(camera, 'live.m3u8'), toPlaylist(entries, { sequence: 0, discontinuity: 0, ended: false }));
};
