import type { Clock } from '../../pipeline/clock.ts';
import { redactUrl } from '../../pipeline/errors.ts';
import { type CameraState, stateKey } from '../../pipeline/live.ts';
import type { RedisLink } from './redis-link.ts';

/** Processes report every 2 s; a report that did not change for so long comes from one that is gone. */
export const STALE_MS = 15_000;
const REPORTERS = ['record', 'analyze'] as const;
type Reporter = (typeof REPORTERS)[number];

/** From worst to best; what both processes say is shown as the worse of the two. */
const ORDER: readonly CameraState['state'][] = ['blind', 'connecting', 'degraded', 'ended', 'watching'];

type Report = { readonly json: string; readonly state: CameraState; readonly changedMono: number };

const unknownState = (cameraId: string, cause: string, detail: string, since: number): CameraState => ({
  cameraId,
  state: 'blind',
  cause,
  detail,
  since,
  sessionId: null,
  frames: { received: 0, analysed: 0, dropped: {} },
  lastFrameAt: null,
  segments: 0,
});

/**
 * What the recording and the analysing process last said of each camera, merged into one truth.
 * A state that claims to watch but stands still for 15 s is shown as blind: its process is dead or stuck.
 */
export class CameraStates {
  readonly #redis: RedisLink;
  readonly #clock: Clock;
  readonly #reports: Readonly<Record<Reporter, Map<string, Report>>> = { record: new Map(), analyze: new Map() };
  readonly #switchedOff: ReadonlySet<string>;
  #refreshedMono = -Infinity;

  /** @param switchedOff ids of cameras that the configuration switches off: nobody reports them, and nothing is wrong */
  constructor(redis: RedisLink, clock: Clock, switchedOff: ReadonlySet<string> = new Set()) {
    this.#switchedOff = switchedOff;
    this.#redis = redis;
    this.#clock = clock;
  }

  /** Reads both processes' reports, at most once in `maxAgeMs`; keeps the last ones while Redis is away. */
  async refresh(maxAgeMs = 1_000): Promise<void> {
    const mono = this.#clock.mono();
    if (mono - this.#refreshedMono < maxAgeMs || !this.#redis.isUp) return;
    this.#refreshedMono = mono;
    for (const reporter of REPORTERS) {
      let hash: Record<string, string>;
      try {
        hash = await this.#redis.commands.hgetall(stateKey(reporter));
      } catch {
        return; // Redis went away between the two lines; the link says so in the log.
      }
      for (const [cameraId, json] of Object.entries(hash)) this.#note(reporter, cameraId, json, mono);
    }
  }

  #note(reporter: Reporter, cameraId: string, json: string, mono: number): void {
    const reports = this.#reports[reporter];
    if (reports.get(cameraId)?.json === json) return;
    let state: CameraState;
    try {
      state = JSON.parse(json) as CameraState;
    } catch {
      return;
    }
    reports.set(cameraId, { json, state, changedMono: mono });
  }

  /** The merged state of a camera; always an answer. */
  get(cameraId: string): CameraState {
    const now = this.#clock.now();
    const mono = this.#clock.mono();
    if (this.#switchedOff.has(cameraId))
      return { ...unknownState(cameraId, 'DISABLED', 'Switched off in the configuration', now), state: 'ended' };
    if (!this.#redis.isUp)
      return unknownState(cameraId, 'QUEUE_UNAVAILABLE', 'Redis cannot be reached: the state is not known', now);
    const reports = REPORTERS.flatMap((reporter) => {
      const report = this.#reports[reporter].get(cameraId);
      return report ? [{ reporter, ...report }] : [];
    });
    if (reports.length === 0)
      return unknownState(cameraId, 'NOT_REPORTED', 'No process has reported this camera yet', now);
    const live = reports.map(({ reporter, state, changedMono }): CameraState => {
      if (mono - changedMono <= STALE_MS || state.state === 'ended' || state.state === 'blind') return state;
      const detail = `The ${reporter} process has said nothing new for ${STALE_MS / 1000} s`;
      return { ...state, state: 'blind', cause: 'NOT_REPORTED', detail, since: now - (mono - changedMono) };
    });
    const worst = live.reduce((a, b) => (ORDER.indexOf(b.state) < ORDER.indexOf(a.state) ? b : a));
    const analyze = this.#reports.analyze.get(cameraId)?.state;
    const record = this.#reports.record.get(cameraId)?.state;
    return {
      ...worst,
      cameraId,
      detail: worst.detail === null ? null : redactUrl(worst.detail),
      sessionId: record?.sessionId ?? worst.sessionId,
      frames: analyze?.frames ?? worst.frames,
      lastFrameAt: analyze?.lastFrameAt ?? worst.lastFrameAt,
      segments: record?.segments ?? worst.segments,
    };
  }
}
