import { join } from 'node:path';

/**
 * Where things lie in the data folder. One place, so that processes agree:
 *
 *     watchpost.db                                   cases, users, audit (SQLite profile)
 *     calibration.json                               how fast each detector runs on this machine, see calibrate.ts
 *     keys/signing.key, keys/signing.pub             Ed25519, PEM, mode 0600
 *     keys/signing-<keyId>.pub, keys/authority-….pem  earlier keys; certificates of time stamp authorities
 *     redis/                                         append-only file of the child Redis
 *     run/redis.sock, run/frames.sock                sockets, removed at stop
 *     recordings/<camera>/live.m3u8                  live playlist, rewritten at every segment
 *     recordings/<camera>/gaps.ndjson                RecordingGap lines
 *     recordings/<camera>/<session>/session.json     RecordingSession
 *     recordings/<camera>/<session>/init.mp4, 000000.m4s …, index.ndjson   SegmentRecord lines
 *     recordings/<camera>/<session>/preview/…        the same for the H.264 rendition, when there is one
 *     recordings/<camera>/<session>/tracks/<minute>.ndjson                 LiveFrame lines, minute = floor(ptsMs / 60000)
 *     recordings/<camera>/<session>/000000.jpg …, recordings/<camera>/latest.jpg   the same of a camera that gives stills
 *     stills/<camera>/<pose>/…jpg                    posted stills that wait for the recorder
 *     landmarks/<camera>/<pose>-<hash>.grey            picture that a tower's pose was calibrated on; without it, the next is
 *     chain/<camera>.json                            head of the camera's manifest chain
 *     chain/<camera>/<index>.json                    the camera's sealed manifests, one per place in the chain
 *     minutes/<camera>/<day>.ndjson                  what was recorded, sealed minute by minute in a chain
 *     learnt/<camera>.json                           what the camera's rules have learnt over days
 *     sealing/                                       work files of cases that are being sealed
 *     objects/cases/<caseId>/…                       sealed cases (local store)
 *     logs/<process>.log
 */
export const dataFolder = (dataDir: string) => ({
  database: join(dataDir, 'watchpost.db'),
  calibration: join(dataDir, 'calibration.json'),
  keys: join(dataDir, 'keys'),
  redis: join(dataDir, 'redis'),
  run: join(dataDir, 'run'),
  redisSocket: join(dataDir, 'run', 'redis.sock'),
  frameSocket: join(dataDir, 'run', 'frames.sock'),
  recordings: join(dataDir, 'recordings'),
  camera: (cameraId: string) => join(dataDir, 'recordings', cameraId),
  session: (cameraId: string, sessionId: string) => join(dataDir, 'recordings', cameraId, sessionId),
  stills: (cameraId: string) => join(dataDir, 'stills', cameraId),
  landmarks: (cameraId: string) => join(dataDir, 'landmarks', cameraId),
  chain: join(dataDir, 'chain'),
  minutes: (cameraId: string) => join(dataDir, 'minutes', cameraId),
  learnt: (cameraId: string) => join(dataDir, 'learnt', `${cameraId}.json`),
  objects: join(dataDir, 'objects'),
  logs: join(dataDir, 'logs'),
});
export type DataFolder = ReturnType<typeof dataFolder>;
