import { eventId } from '../event-id.ts';
import type { RuleMatch } from '../event.ts';
import {
  confirm,
  type ConfirmationConfig,
  type ConfirmationState,
  type DangerLevel,
  FIRST_STATE,
  type Tube,
} from '../fire/confirmation.ts';
import { type Bearing, focalLengthPx, type Pose, toBearing } from '../fire/lens.ts';
import { learntCost, NOTHING_LEARNT } from '../fire/learnt.ts';
import type { MastFact } from '../fire/mast-watch.ts';
import { growthPercent, type PlumeReport } from '../fire/plume.ts';
import { corrected, type Registration, unrolled } from '../fire/registration.ts';
import { secondersOf } from '../fire/second-sight.ts';
import type { SweepConfig } from '../fire/sweep-config.ts';
import type { TowerSight } from '../fire/terrain.ts';
import { type Box, boxWidth, groundPoint, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { isInside } from '../polygon.ts';
import type { Track } from '../track.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import type { Rule, Stepped } from './rule.ts';
import type { SmokeConfig } from './rule-config.ts';
import { DaySpans } from './local-time.ts';
import { round2, round4, toSighting } from './sightings.ts';
import { askedOf, learntFrom, mastText, partsOf, stepsOf } from './smoke-facts.ts';
import type { Scene } from './track-history.ts';

const AFTER_MS = 1_000;
/** The foot of a plume is known to this share of its box's width. */
const FOOT_ERROR_WIDTHS = 0.25;
const DEGREES = 180 / Math.PI;

/** One view of a tower: its only one, or one pose of its sweep. */
export type TowerView = {
  /** Undefined for the only one. */
  readonly poseId: string | undefined;
  /** Null where it is not calibrated: an alert then has no bearing. */
  readonly pose: Pose | null;
  /** From one look at it to the next; 0 where the camera does not turn. */
  readonly roundMs: number;
  readonly exclusions: readonly Zone[];
};

/** @param zone of the camera by its key; throws for one that there is not */
export const towerViews = (
  { pose, exclusions }: SmokeConfig,
  sweep: SweepConfig | null,
  zone: (id: string) => Zone,
): readonly TowerView[] => {
  const everywhere = exclusions.map(zone);
  if (!sweep) return [{ poseId: undefined, pose: pose ?? null, roundMs: 0, exclusions: everywhere }];
  const roundMs = sweep.poses.reduce((sum, { dwellMs }) => sum + dwellMs, 0);
  return sweep.poses.map((one) => ({
    poseId: one.id,
    pose: one,
    roundMs,
    exclusions: [...everywhere, ...one.exclusions.map(zone)],
  }));
};

/** Share of the picture's width beyond which a candidate is dropped [DOMAIN.md §4.1]. */
const MOST_WIDTH = 0.4;
/** Smoke not seen for this many rounds of a sweep is over, at the earliest: one look may miss it. */
const ROUNDS_TO_END = 2.5;

type View = TowerView & { readonly confirmation: ConfirmationConfig; readonly geometryHash: string };
type Watched = {
  readonly confirmation: ConfirmationState;
  /** Events that reported its plumes, by the plume's id. */
  readonly events: ReadonlyMap<number, string>;
};
const NOTHING_WATCHED: Watched = { confirmation: FIRST_STATE, events: new Map() };
/** By pose. */
type SmokeState = ReadonlyMap<string | undefined, Watched>;

/**
 * Smoke or flame in a landscape. Not tracks but plumes are followed, by `fire/confirmation.ts`, since a tower may give a
 * frame every half minute; reported when one is confirmed. The bearing is that of its foot when it was first seen. Every
 * pose of a sweep has its own plumes, exclusions and bearing.
 */
export class SmokeRule implements Rule<SmokeState> {
  readonly id: string;
  readonly whileViewMoves = 'watch';
  readonly #config: SmokeConfig;
  readonly #frameSize: Size;
  readonly #afterMs: number;
  readonly #hours: readonly { readonly span: DaySpans; readonly evidence: number }[];
  readonly #views: ReadonlyMap<string | undefined, View>;

  constructor(
    config: SmokeConfig,
    {
      views,
      frameSize,
      isSparse,
      timeZone,
    }: {
      readonly views: readonly TowerView[];
      readonly frameSize: Size;
      readonly isSparse: boolean;
      /** IANA name of the zone in which hours are meant. */
      readonly timeZone: string;
    },
  ) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#afterMs = isSparse ? 0 : AFTER_MS;
    this.#hours = config.hours.map(({ from, to, evidence }) => ({
      span: new DaySpans(timeZone, [[from, to]]),
      evidence,
    }));
    this.#views = new Map(views.map((view) => [view.poseId, this.#prepare(view)]));
  }

  init(): SmokeState {
    return new Map();
  }

  step(before: SmokeState, scene: Scene): Stepped<SmokeState> {
    const view = this.#views.get(scene.poseId);
    if (!view) return { state: before, matches: [] };
    const seen = scene.tracks.filter(({ observed, className }) => observed && this.#config.classes.includes(className));
    const known = before.get(view.poseId) ?? NOTHING_WATCHED;
    const { state, changed } = confirm(known.confirmation, scene.ptsMs, seen, this.#forScene(view, scene));
    if (state === known.confirmation) return { state: before, matches: [] };
    const matches = changed.flatMap((tube) => (tube.state === 'confirmed' ? this.#match(tube, seen, view, scene) : []));
    const events = new Map(known.events);
    for (const { tubeId, match } of matches) events.set(tubeId, this.#eventOf(match, scene));
    const ended = changed.filter((tube) => tube.state === 'ended');
    const plumes = [...state.tubes, ...ended].map((tube) => this.#report(tube, events, changed, view, scene));
    for (const { id } of ended) events.delete(id);
    return {
      state: new Map([...before, [view.poseId, { confirmation: state, events }]]),
      matches: matches.map(({ match }) => match),
      plumes,
    };
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  /** What people and other cameras said is a fact of the frame, so that stored frames give the same decisions again. */
  #forScene(view: View, { learnt = [], others = [], danger, capturedAt, mast }: Scene): ConfirmationConfig {
    const { pose, confirmation } = view;
    const places = learnt.filter(({ poseId }) => poseId === (pose?.id ?? null));
    const hours = this.#hours.filter(({ span }) => span.has(capturedAt));
    return {
      ...confirmation,
      danger: danger?.level ?? confirmation.danger,
      hours: hours.reduce((sum, { evidence }) => sum + evidence, 0),
      learnt: (box) => learntCost(places, box, this.#frameSize, capturedAt),
      seconded: (box) => {
        const own = others.length > 0 ? this.#sight(box, view, mast) : null;
        return own ? secondersOf(own, others, capturedAt) : [];
      },
    };
  }

  #eventOf({ startPtsMs, subjects }: RuleMatch, { cameraId, sessionId }: Scene): string {
    return eventId({ cameraId, sessionId, ruleId: this.id, startPtsMs, trackIds: subjects.map((one) => one.trackId) });
  }

  #report(
    tube: Tube,
    events: ReadonlyMap<number, string>,
    changed: readonly Tube[],
    view: View,
    { cameraId, ptsMs, capturedAt, mast }: Scene,
  ): PlumeReport {
    return {
      cameraId,
      poseId: view.poseId ?? null,
      eventId: events.get(tube.id) ?? null,
      state: tube.state,
      isChange: changed.includes(tube),
      at: Math.round(capturedAt),
      lastSeenAt: Math.round(capturedAt - (ptsMs - tube.lastPtsMs)),
      sightings: tube.sightings,
      framesLooked: tube.frames,
      evidence: round2(tube.evidence),
      growthPercent: growthPercent(tube),
      sight: this.#sight(tube.first, view, mast),
    };
  }

  #prepare(view: TowerView): View {
    const { dangerLevel, endMs, station } = this.#config;
    return {
      ...view,
      confirmation: {
        ...this.#config,
        danger: dangerLevel satisfies DangerLevel,
        hours: 0,
        endMs: Math.max(endMs, ROUNDS_TO_END * view.roundMs),
        exclusions: view.exclusions.map((zone) => toPixelZone(zone, this.#frameSize)),
        mostWidth: MOST_WIDTH * this.#frameSize.width,
        learnt: () => NOTHING_LEARNT,
        seconded: () => [],
      },
      geometryHash: geometryHash({
        exclusions: view.exclusions.map(({ corners }) => corners),
        pose: view.pose,
        station: station ?? null,
      }),
    };
  }

  #match(
    tube: Tube,
    seen: readonly Track[],
    view: View,
    { mast, danger }: Scene,
  ): { tubeId: number; match: RuleMatch }[] {
    const track = seen.find(({ box }) => box === tube.box);
    if (!track) return [];
    const [start, trigger] = [Math.round(tube.firstPtsMs), Math.round(tube.lastPtsMs)];
    const { minSightings } = this.#config;
    const match: RuleMatch = {
      decision: {
        ruleId: this.id,
        ruleKind: track.className === 'flame' ? 'flame' : 'smoke',
        ruleVersion: '3',
        geometryHash: view.geometryHash,
        measurements: [
          ...this.#bearing(tube, view, mast),
          ...movedBy(view, mast),
          { name: 'sightings', value: tube.sightings, unit: 'frames', threshold: minSightings, comparison: '>=' },
          { name: 'framesLooked', value: tube.frames, unit: 'frames' },
          { name: 'seen', value: round2((trigger - start) / 1000), unit: 's' },
          {
            name: 'evidence',
            value: round2(tube.evidence),
            unit: '',
            threshold: round2(tube.needed),
            comparison: '>=',
          },
          ...(tube.learnt.cost > 0 ? [{ name: 'learnt', value: round2(tube.learnt.cost), unit: '' }] : []),
          { name: 'growth', value: growthPercent(tube), unit: '%' },
        ],
        facts: {
          class: track.className,
          danger: String(danger?.level ?? this.#config.dangerLevel),
          ...(danger ? { dangerFrom: danger.source, dangerAt: new Date(danger.at).toISOString() } : {}),
          asked: askedOf(tube),
          ...(tube.seconders.length > 0 ? { seconders: tube.seconders.join(' ') } : {}),
          ongoing: 'yes',
          ...this.#place(view),
          ...learntFrom(tube),
          ...this.#masks(tube, view),
          ...(view.pose && mast ? { mast: mastText(mast) } : {}),
          parts: partsOf(tube),
          steps: stepsOf(tube),
        },
      },
      startPtsMs: start,
      triggerPtsMs: trigger,
      endPtsMs: null,
      keyPtsMs: { before: start, at: trigger, after: trigger + this.#afterMs },
      subjects: [
        {
          trackId: track.id,
          className: track.className,
          role: 'member',
          score: round4(track.score),
          sightings: [toSighting(start, tube.first, this.#frameSize), toSighting(trigger, tube.box, this.#frameSize)],
        },
      ],
    };
    return [{ tubeId: tube.id, match }];
  }

  /** Of the foot at first sight; the error is two standard deviations of pose, landmarks and foot together. */
  #bearing(tube: Tube, { pose: calibrated }: View, mast: MastFact | undefined): RuleMatch['decision']['measurements'] {
    if (!calibrated) return [];
    const { azimuthDeg, elevationDeg, sigmaDeg } = this.#direction(tube.first, calibrated, mast);
    return [
      { name: 'azimuth', value: round2(azimuthDeg), unit: '°' },
      { name: 'azimuthError', value: round2(2 * sigmaDeg), unit: '°' },
      { name: 'elevation', value: round2(elevationDeg), unit: '°' },
    ];
  }

  #direction(box: Box, calibrated: Pose, mast: MastFact | undefined): Bearing & { readonly sigmaDeg: number } {
    const standing = standingOf(mast);
    const pose = corrected(calibrated, standing);
    const foot = unrolled(groundPoint(box), standing, this.#frameSize);
    const footDeg = ((FOOT_ERROR_WIDTHS * boxWidth(box)) / focalLengthPx(pose, this.#frameSize)) * DEGREES;
    return { ...toBearing(foot, pose, this.#frameSize), sigmaDeg: Math.hypot(pose.errorDeg, footDeg) };
  }

  #sight(box: Box, { pose }: View, mast: MastFact | undefined): TowerSight | null {
    const { station } = this.#config;
    if (!pose || !station) return null;
    const { latitude, longitude, heightM } = station;
    return { station: { latitude, longitude }, heightM, ...this.#direction(box, pose, mast) };
  }

  /** Exclusions that it reaches into, though its foot stands in none: a ranger thinks of the kiln that is marked there. */
  #masks({ box }: Tube, { exclusions }: View): Record<string, string> {
    const touched = exclusions.filter((zone) => isTouched(toPixelZone(zone, this.#frameSize), box));
    return touched.length > 0 ? { masks: touched.map(({ id }) => id).join(' ') } : {};
  }

  #place({ pose }: View): Record<string, string> {
    const { station } = this.#config;
    return {
      ...(pose ? { pose: pose.id } : {}),
      ...(station
        ? {
            latitude: String(station.latitude),
            longitude: String(station.longitude),
            heightM: String(station.heightM),
          }
        : {}),
    };
  }
}

/** Whether corners of one lie inside the other: enough for shapes that people draw around a chimney or a kiln. */
const isTouched = (corners: readonly Point[], { x1, y1, x2, y2 }: Box): boolean =>
  corners.some(({ x, y }) => x >= x1 && x < x2 && y >= y1 && y < y2) ||
  [x1, x2].some((x) => [y1, y2].some((y) => isInside({ x, y }, corners)));

/** How the mast was last known to stand. */
const standingOf = (mast: MastFact | undefined): Registration | undefined =>
  mast?.kind === 'unsure' ? mast.before : mast;

/** From here on people are told that the mast has moved; less is what pictures of one stand differ by. */
const MOVED_DEG = 0.2;
const MOVED_SIGMAS = 3;

/** By how much the bearing was corrected, where that is more than its error. */
const movedBy = ({ pose }: View, mast: MastFact | undefined): RuleMatch['decision']['measurements'] => {
  const standing = standingOf(mast);
  if (!pose || standing?.kind !== 'found') return [];
  const { azimuthDeg, tiltDeg, errorDeg } = standing;
  if (Math.hypot(azimuthDeg, tiltDeg) < Math.max(MOVED_DEG, MOVED_SIGMAS * errorDeg)) return [];
  return [
    { name: 'mastTurned', value: round2(azimuthDeg), unit: '°' },
    { name: 'mastTilted', value: round2(tiltDeg), unit: '°' },
    { name: 'mastError', value: round2(2 * errorDeg), unit: '°' },
  ];
};
