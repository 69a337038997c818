import type { RuleMatch } from '../event.ts';
import {
  confirm,
  type ConfirmationConfig,
  type ConfirmationState,
  type DangerLevel,
  FIRST_STATE,
  type Tube,
} from '../fire/confirmation.ts';
import { focalLengthPx, type Pose, toBearing } from '../fire/lens.ts';
import { learntCost, NOTHING_LEARNT } from '../fire/learnt.ts';
import type { MastFact } from '../fire/mast-watch.ts';
import { corrected, type Registration, unrolled } from '../fire/registration.ts';
import type { SweepConfig } from '../fire/sweep-config.ts';
import { boxArea, boxWidth, groundPoint, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import type { Track } from '../track.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import type { Rule } from './rule.ts';
import type { SmokeConfig } from './rule-config.ts';
import { DaySpans } from './local-time.ts';
import { round2, round4, toSighting } from './sightings.ts';
import type { Scene } from './track-history.ts';

const AFTER_MS = 1_000;
/** Cases that a decision names as its teachers, at most. */
const MOST_NAMED = 10;
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
/** By pose. */
type SmokeState = ReadonlyMap<string | undefined, ConfirmationState>;

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
      span: new DaySpans([[from, to]], timeZone),
      evidence,
    }));
    this.#views = new Map(views.map((view) => [view.poseId, this.#prepare(view)]));
  }

  init(): SmokeState {
    return new Map();
  }

  step(before: SmokeState, scene: Scene): { state: SmokeState; matches: readonly RuleMatch[] } {
    const view = this.#views.get(scene.poseId);
    if (!view) return { state: before, matches: [] };
    const seen = scene.tracks.filter(({ observed, className }) => observed && this.#config.classes.includes(className));
    const known = before.get(view.poseId) ?? FIRST_STATE;
    const { state, changed } = confirm(known, scene.ptsMs, seen, this.#withLearnt(view, scene));
    const confirmed = changed.filter((tube) => tube.state === 'confirmed');
    return {
      state: state === known ? before : new Map([...before, [view.poseId, state]]),
      matches: confirmed.flatMap((tube) => this.#match(tube, seen, view, scene.mast)),
    };
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  /** What was learnt is a fact of the frame, so that stored frames give the same decisions again. */
  #withLearnt({ pose, confirmation }: View, { learnt = [], capturedAt }: Scene): ConfirmationConfig {
    const places = learnt.filter(({ poseId }) => poseId === (pose?.id ?? null));
    const hours = this.#hours.filter(({ span }) => span.has(capturedAt));
    if (places.length === 0 && hours.length === 0) return confirmation;
    return {
      ...confirmation,
      confirmAt: hours.reduce((sum, { evidence }) => sum + evidence, confirmation.confirmAt),
      learnt: (box) => learntCost(places, box, this.#frameSize, capturedAt),
    };
  }

  #prepare(view: TowerView): View {
    const { dangerLevel, endMs, station } = this.#config;
    return {
      ...view,
      confirmation: {
        ...this.#config,
        danger: dangerLevel satisfies DangerLevel,
        endMs: Math.max(endMs, ROUNDS_TO_END * view.roundMs),
        exclusions: view.exclusions.map((zone) => toPixelZone(zone, this.#frameSize)),
        mostWidth: MOST_WIDTH * this.#frameSize.width,
        learnt: () => NOTHING_LEARNT,
      },
      geometryHash: geometryHash({
        exclusions: view.exclusions.map(({ corners }) => corners),
        pose: view.pose,
        station: station ?? null,
      }),
    };
  }

  #match(tube: Tube, seen: readonly Track[], view: View, mast: MastFact | undefined): RuleMatch[] {
    const track = seen.find(({ box }) => box === tube.box);
    if (!track) return [];
    const [start, trigger] = [Math.round(tube.firstPtsMs), Math.round(tube.lastPtsMs)];
    const { minSightings } = this.#config;
    const match: RuleMatch = {
      decision: {
        ruleId: this.id,
        ruleKind: track.className === 'flame' ? 'flame' : 'smoke',
        ruleVersion: '1',
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
          { name: 'growth', value: Math.round(100 * (boxArea(tube.box) / boxArea(tube.first) - 1)), unit: '%' },
        ],
        facts: {
          class: track.className,
          danger: String(this.#config.dangerLevel),
          ongoing: 'yes',
          ...this.#place(view),
          ...learntFrom(tube),
          ...(view.pose && mast ? { mast: mastText(mast) } : {}),
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
    return [match];
  }

  /** Of the foot at first sight; the error is two standard deviations of pose, landmarks and foot together. */
  #bearing(tube: Tube, { pose: calibrated }: View, mast: MastFact | undefined): RuleMatch['decision']['measurements'] {
    if (!calibrated) return [];
    const standing = standingOf(mast);
    const pose = corrected(calibrated, standing);
    const foot = unrolled(groundPoint(tube.first), standing, this.#frameSize);
    const { azimuthDeg, elevationDeg } = toBearing(foot, pose, this.#frameSize);
    const footDeg = ((FOOT_ERROR_WIDTHS * boxWidth(tube.first)) / focalLengthPx(pose, this.#frameSize)) * DEGREES;
    return [
      { name: 'azimuth', value: round2(azimuthDeg), unit: '°' },
      { name: 'azimuthError', value: round2(2 * Math.hypot(pose.errorDeg, footDeg)), unit: '°' },
      { name: 'elevation', value: round2(elevationDeg), unit: '°' },
    ];
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

/** `landmarks 14`, `unsure few-landmarks`, or `unsure few-landmarks, before: landmarks 14`. */
const mastText = (mast: MastFact): string => {
  if (mast.kind === 'found') return `landmarks ${String(mast.landmarks)}`;
  const before = mast.before ? `, before: landmarks ${String(mast.before.landmarks)}` : '';
  return `unsure ${mast.reason}${before}`;
};

/** The dismissed cases that made it need more. */
const learntFrom = ({ learnt: { caseIds } }: Tube): Record<string, string> =>
  caseIds.length > 0 ? { learntFrom: caseIds.slice(-MOST_NAMED).join(' ') } : {};

/** Evidence frame by frame, as `0:0.45/1.02 30:-/0.52`: seconds since the first sighting, score, evidence after. */
const stepsOf = ({ steps, firstPtsMs }: Tube): string =>
  steps
    .map(({ ptsMs, score, evidence }) => {
      const seconds = Math.round((ptsMs - firstPtsMs) / 1000);
      return `${String(seconds)}:${score === null ? '-' : String(round2(score))}/${String(round2(evidence))}`;
    })
    .join(' ');
