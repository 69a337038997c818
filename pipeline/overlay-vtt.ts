import type { EvidenceManifest } from './evidence.ts';
import type { LiveFrame } from './live.ts';

const MINUTE_MS = 60_000;

/** `00:00:07.040`; times before the clip become its beginning. */
const stamp = (ms: number): string => {
  const whole = Math.max(0, Math.round(ms));
  const [hours, minutes] = [Math.floor(whole / (60 * MINUTE_MS)), Math.floor(whole / MINUTE_MS) % 60];
  const seconds = ((whole % MINUTE_MS) / 1_000).toFixed(3).padStart(6, '0');
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}:${seconds}`;
};

/** Text of a cue must hold neither tags nor the arrow that separates times. */
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', ' ');

type Clip = Pick<EvidenceManifest['clip'], 'startPtsMs' | 'durationMs'>;

/**
 * What the analysis saw, as a WebVTT metadata track [W3C WebVTT §1.5] beside the clip: one cue per analysed frame until
 * the next one, its payload a JSON array of tracks with boxes in fractions of the picture.
 */
export const toTracksVtt = (frames: readonly LiveFrame[], clip: Clip): string => {
  const endMs = clip.durationMs;
  const cues = frames.flatMap(({ ptsMs, tracks }, index) => {
    const from = ptsMs - clip.startPtsMs;
    const to = Math.min((frames[index + 1]?.ptsMs ?? clip.startPtsMs + endMs) - clip.startPtsMs, endMs);
    if (to <= from) return [];
    const payload = tracks.map(({ id, className, score, box, alerts }) => ({ id, className, score, box, alerts }));
    return [`${stamp(from)} --> ${stamp(to)}\n${JSON.stringify(payload)}\n`];
  });
  return `WEBVTT - tracks of the analysis, boxes in fractions of the picture\n\n${cues.join('\n')}`;
};

/** The act as the rule described it while it lasted, else place and instant, second by second: for any video player. */
export const toCaptionsVtt = (
  manifest: Pick<EvidenceManifest, 'clip' | 'event' | 'camera' | 'clock'>,
  words: { readonly explanation: string; readonly instant: (at: number) => string },
): string => {
  const { clip, event, camera, clock } = manifest;
  const place = camera.place || camera.name || camera.id;
  const startAt = clock.anchorAt + clip.startPtsMs;
  const cues: string[] = [];
  for (let ms = 0; ms < clip.durationMs; ms += 1_000) {
    const to = Math.min(ms + 1_000, clip.durationMs);
    const ptsMs = clip.startPtsMs + ms;
    const isAct = ptsMs + 1_000 > event.startPtsMs && ptsMs <= Math.max(event.endPtsMs, event.triggerPtsMs);
    const lines = [`${escape(place)} · ${words.instant(startAt + ms)}`, ...(isAct ? [escape(words.explanation)] : [])];
    cues.push(`${stamp(ms)} --> ${stamp(to)}\n${lines.join('\n')}\n`);
  }
  return `WEBVTT - place, time and act\n\n${cues.join('\n')}`;
};
