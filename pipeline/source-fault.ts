/** Why a source gives no picture, as far as it decides what to do next. */
export const SOURCE_FAULTS = [
  'scheme',
  'password',
  'path',
  'transport',
  'busy',
  'refused',
  'unreachable',
  'name',
  'timeout',
  'tls',
  'codec',
  'no-video',
  'file',
  'other',
] as const;
export type SourceFault = (typeof SOURCE_FAULTS)[number];

/**
 * What ffmpeg 5 to 7 say, and what it means; the first that fits. Bare numbers are never looked for: an address or a bit rate
 * may hold them.
 */
const FAULTS: readonly (readonly [RegExp, SourceFault])[] = [
  [/(failed:|error|returned) 40[13]\b|unauthori[sz]ed|authorization failed|403 forbidden/i, 'password'],
  [/failed: 461\b|unsupported transport/i, 'transport'],
  [/failed: 453\b|(failed:|error|returned) 5[0-9X]{2}\b/i, 'busy'],
  [/(failed:|error|returned) 4[0-9X]{2}\b|stream not found/i, 'path'],
  [/connection refused/i, 'refused'],
  [/failed to resolve hostname|name or service not known|temporary failure in name resolution/i, 'name'],
  [/no route to host|(network|host) is unreachable|host is down/i, 'unreachable'],
  [/timed out/i, 'timeout'],
  [/\[tls @|tls (packet|connection|fatal)|certificate|ssl routines/i, 'tls'],
  [/decoder \(codec \w+\) not found|no decoder found|\(Video: none.*unknown codec/i, 'codec'],
  [/no such file or directory|permission denied|is a directory/i, 'file'],
  [/invalid data found|moov atom not found|end of file|does not contain any stream|matches no streams/i, 'no-video'],
];

/** @param said what ffmpeg or ffprobe wrote, one or many lines */
export const sourceFaultOf = (said: string): SourceFault =>
  FAULTS.find(([pattern]) => pattern.test(said))?.[1] ?? 'other';
