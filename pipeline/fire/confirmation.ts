import { type Box, boxArea, boxHeight, boxWidth, groundPoint, iou, type Point } from '../geometry.ts';
import { isInside } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import { type LearntCost, NOTHING_LEARNT } from './learnt.ts';
import { isSamePlume } from './same-plume.ts';

/** Smoke seen in one frame. */
export type Sighted = {
  readonly box: Box;
  readonly score: number;
  /** How much its place changed since the look before, as a multiple of the rest of the picture; absent where unknown. */
  readonly change?: number;
  /** How much of it may be stray light of the sun, 0 to 1. */
  readonly glare?: number;
};

/** Fire danger of the day, I (low) to V (extremely high); the prior of a candidate. */
export type DangerLevel = 1 | 2 | 3 | 4 | 5;

export type ConfirmationConfig = {
  /** Detections below are not looked at. */
  readonly minScore: number;
  /** Score at which a sighting speaks neither for nor against smoke. Calibrated with the detector. */
  readonly neutralScore: number;
  /** Frames sooner after the last one that counted are passed over (ms): evidence must be independent. */
  readonly cadenceMs: number;
  /** Evidence at which a candidate is confirmed, at danger level III. */
  readonly confirmAt: number;
  /** Sightings needed at the least, however strong each is. */
  readonly minSightings: number;
  /** An ongoing fire ends when nothing was seen for so long (ms). */
  readonly endMs: number;
  readonly danger: DangerLevel;
  /** Evidence asked for at this hour beyond the usual; below zero: less. */
  readonly hours: number;
  /** Chimneys, kilns, roads: candidates whose foot stands in one are dropped. In source pixels. */
  readonly exclusions: readonly (readonly Point[])[];
  /** A candidate wider than this is no plume that has just begun: haze, glare, a bank of fog. In source pixels. */
  readonly mostWidth: number;
  /** What verdicts on earlier smoke cost a candidate at a place, in source pixels. */
  readonly learnt: (box: Box) => LearntCost;
  /** Other cameras that see something where a box of this one, in source pixels, would be. */
  readonly seconded: (box: Box) => readonly string[];
};

/** As the `smoke` rule has it unless its configuration says otherwise. */
export const DEFAULT_CONFIRMATION: ConfirmationConfig = {
  minScore: 0.1,
  neutralScore: 0.32,
  cadenceMs: 10_000,
  confirmAt: 1.3,
  minSightings: 3,
  endMs: 600_000,
  danger: 3,
  hours: 0,
  exclusions: [],
  mostWidth: Infinity,
  learnt: () => NOTHING_LEARNT,
  seconded: () => [],
};

/** Why the evidence changed in one frame: decision data, kept with the tube. Values add up to the change. */
export type EvidenceStep = {
  readonly ptsMs: PtsMs;
  /** Null where it was not seen. */
  readonly score: number | null;
  readonly persistence: number;
  readonly growth: number;
  readonly rise: number;
  /** Below zero when its foot wanders: clouds and dust do, a fire does not. */
  readonly drift: number;
  /** Below zero where nothing moves: rocks, masts and dirt on the lens look as they did, smoke billows. */
  readonly texture: number;
  /** Below zero for what was seen often and never grew. */
  readonly stale: number;
  /** Below zero for what came whole, at once, and stays as it came: drops, insects and dirt on the lens. */
  readonly settled: number;
  /** Below zero for what may be stray light: a camera against the sun draws veils and streaks. */
  readonly glare: number;
  /** Above zero in the step in which another camera was found to see the same place. */
  readonly second: number;
  /** After the step. */
  readonly evidence: number;
};

/** Evidence asked for before any was seen: at danger level III, for the day's level, the hour, and the verdicts on the place. */
export type Prior = {
  readonly usual: number;
  readonly danger: number;
  readonly hours: number;
  readonly learnt: number;
};

export type TubeState = 'candidate' | 'confirmed' | 'ongoing' | 'ended';

/** One plume of one pose through time. */
export type Tube = {
  readonly id: number;
  readonly state: TubeState;
  readonly evidence: number;
  readonly sightings: number;
  /** Frames that counted since the first sighting. */
  readonly frames: number;
  readonly firstPtsMs: PtsMs;
  readonly lastPtsMs: PtsMs;
  readonly confirmedPtsMs: PtsMs | null;
  /** The first sighting's box: its foot is the reference point, before wind carries the top away. */
  readonly first: Box;
  readonly box: Box;
  readonly bestScore: number;
  /** The largest `change` of its sightings: how suddenly it came, where that was seen; 0 where nothing tells. */
  readonly mostChange: number;
  /** Bound of the evidence needed, with the day's danger and what people dismissed here. */
  readonly needed: number;
  /** What `needed` is made of, as it was when this was first seen. */
  readonly prior: Prior;
  /** What of it comes from verdicts, when it was first seen. */
  readonly learnt: LearntCost;
  /** Cameras that saw something at its place too, in the order in which they were found to. */
  readonly seconders: readonly string[];
  /** The last `KEPT_STEPS` steps. */
  readonly steps: readonly EvidenceStep[];
};

export type ConfirmationState = {
  readonly lastPtsMs: PtsMs;
  readonly nextId: number;
  readonly tubes: readonly Tube[];
};

export type Confirmation = {
  readonly state: ConfirmationState;
  /** Tubes whose state changed in this frame; those that ended are no longer in the state. */
  readonly changed: readonly Tube[];
};

export const FIRST_STATE: ConfirmationState = { lastPtsMs: -Infinity, nextId: 1, tubes: [] };

const KEPT_STEPS = 40;
/** What one sighting may speak at most: no single frame confirms. */
const MOST_PER_SIGHTING = 1.3;
const LEAST_PER_SIGHTING = -0.6;
const SCORE_WEIGHT = 4;
const MISS_COST = 0.5;
const GROWTH_WEIGHT = 0.35;
const RISE_WEIGHT = 0.25;
const DRIFT_COST = 2;
/** Foot's wandering, in widths of the box, from which it is no plume over one source. */
const DRIFT_FREE = 0.3;
/** A place that changes as the rest of the picture does stands still; from so much more on it lives. */
const STILL = 0.9;
const LIVELY = 1.5;
const STILL_COST = 0.5;
/**
 * What lies on the lens comes whole between two looks and then stays as it came, while a plume changes from each look to the
 * next about as much as it did when it was first seen. On the real fires a sighting has a quarter to all of the largest change that its
 * place has had until then, mostly more than half. From `free` of it on nothing is held against it, below `full` all is.
 */
const SETTLED = { full: 0.18, free: 0.3 };
const SETTLED_COST = 0.5;
/** What was seen so often and has not grown since is a thing of the place: a fire grows. */
const STALE_SIGHTINGS = 5;
const STALE_GROWTH = 1.3;
const STALE_COST = 0.35;
/** Of stray light for certain; less than a plain sighting is worth, so that a fire against the sun is still told. */
const GLARE_COST = 0.5;
/** One more pair of eyes on the same place is worth a plain sighting; each camera counts once. */
const SECOND_WORTH = 0.8;
/** Days of low danger ask for more, of high danger for less. */
const DANGER_PRIOR: Readonly<Record<DangerLevel, number>> = { 1: 0.8, 2: 0.4, 3: 0, 4: -0.3, 5: -0.6 };
/** Whatever the priors say, some evidence is asked for. */
const LEAST_NEEDED = 0.1;
/**
 * What is seen again without having changed tells less than it did the first time: scores of one thing of the place are alike
 * from look to look, so their sum is no sum of independent evidence. What has grown by three fifths since it was first
 * seen, or billows, is new in full. Chosen on streams of the towers that are held out of training (test/smoke-scores.ts), seeds 1001 on.
 */
const REPEATED = 0.4;
const NEW_GROWTH = Math.log(1.6);
/** A candidate without evidence is dropped when it was not seen for so many frames. */
const FORGET_FRAMES = 4;

/**
 * One frame of one pose. Evidence of each plume is a cumulative sum that never falls below zero (Page, 1954: the
 * quickest way to notice a change at a given rate of false alarms): strong sightings confirm in three frames, weak ones
 * add up over many, gaps cost. It takes more than scores: a plume grows and rises over a foot that stays, and what is only
 * the same again counts for less.
 */
export const confirm = (
  before: ConfirmationState,
  ptsMs: PtsMs,
  seen: readonly Sighted[],
  config: ConfirmationConfig,
): Confirmation => {
  if (ptsMs - before.lastPtsMs < config.cadenceMs) return { state: before, changed: [] };
  const sightings = withoutTwins(seen.filter((one) => isMeant(one, before.tubes, config)));
  const free = new Set(sightings);
  const tubes: Tube[] = [];
  const changed: Tube[] = [];
  // The oldest and strongest choose first: a plume of an hour is not cut up by a new box beside it.
  for (const tube of [...before.tubes].sort((a, b) => b.evidence - a.evidence)) {
    const match = bestMatch(tube, free);
    if (match) free.delete(match);
    const next = advance(tube, ptsMs, match, config);
    if (next.state !== tube.state) changed.push(next);
    if (!isForgotten(next, ptsMs, config)) tubes.push(next);
  }
  let { nextId } = before;
  for (const one of free) tubes.push(begin(nextId++, ptsMs, one, config));
  tubes.sort((a, b) => a.id - b.id);
  return { state: { lastPtsMs: ptsMs, nextId, tubes }, changed };
};

const isMeant = (
  { box, score }: Sighted,
  tubes: readonly Tube[],
  { minScore, exclusions, mostWidth }: ConfirmationConfig,
): boolean =>
  score >= minScore &&
  !exclusions.some((corners) => isInside(groundPoint(box), corners)) &&
  (boxWidth(box) <= mostWidth || tubes.some((tube) => tube.state !== 'candidate' && isSamePlume(tube.box, box)));

/** One plume is often seen as a box and its parts. */
const withoutTwins = (seen: readonly Sighted[]): readonly Sighted[] => {
  const kept: Sighted[] = [];
  for (const one of [...seen].sort((a, b) => b.score - a.score))
    if (!kept.some((other) => isSamePlume(other.box, one.box))) kept.push(one);
  return kept;
};

const bestMatch = (tube: Tube, free: ReadonlySet<Sighted>): Sighted | null => {
  let best: Sighted | null = null;
  for (const one of free)
    if (isSamePlume(tube.box, one.box) && (!best || iou(tube.box, one.box) > iou(tube.box, best.box))) best = one;
  return best;
};

const fromScore = (score: number, { neutralScore }: ConfirmationConfig): number =>
  Math.min(MOST_PER_SIGHTING, Math.max(LEAST_PER_SIGHTING, SCORE_WEIGHT * (score - neutralScore)));

const begin = (id: number, ptsMs: PtsMs, { box, score, change, glare }: Sighted, config: ConfirmationConfig): Tube => {
  const parts = { ...NO_CHANGE, persistence: fromScore(score, config), glare: -glareCost(glare) };
  const evidence = Math.max(0, parts.persistence + parts.glare);
  const learnt = config.learnt(box);
  const prior = {
    ...{ usual: config.confirmAt, danger: DANGER_PRIOR[config.danger] },
    ...{ hours: config.hours, learnt: learnt.cost },
  };
  return {
    id,
    state: 'candidate',
    evidence,
    sightings: 1,
    frames: 1,
    firstPtsMs: ptsMs,
    lastPtsMs: ptsMs,
    confirmedPtsMs: null,
    first: box,
    box,
    bestScore: score,
    mostChange: change ?? 0,
    needed: Math.max(LEAST_NEEDED, prior.usual + prior.danger + prior.hours + prior.learnt),
    prior,
    learnt,
    seconders: [],
    steps: [{ ptsMs, score, ...parts, evidence }],
  };
};

const advance = (tube: Tube, ptsMs: PtsMs, match: Sighted | null, config: ConfirmationConfig): Tube => {
  const isNew = (cameraId: string): boolean => !tube.seconders.includes(cameraId);
  const seconders = match && tube.state === 'candidate' ? config.seconded(match.box).filter(isNew) : [];
  const parts = match
    ? { ...evidenceOf(tube, match, config), second: SECOND_WORTH * seconders.length }
    : { ...NO_CHANGE, persistence: -MISS_COST };
  const sum = Object.values(parts).reduce((total, part) => total + part, tube.evidence);
  // Bounded above too: an hour of smoke must not hide that it is over.
  const evidence = Math.min(3 * tube.needed, Math.max(0, sum));
  const sightings = tube.sightings + (match ? 1 : 0);
  const lastPtsMs = match ? ptsMs : tube.lastPtsMs;
  const step: EvidenceStep = { ptsMs, score: match?.score ?? null, ...parts, evidence };
  const state = nextState(tube, { evidence, sightings, isSeen: match !== null, unseenMs: ptsMs - lastPtsMs }, config);
  return {
    ...tube,
    state,
    evidence,
    sightings,
    frames: tube.frames + 1,
    lastPtsMs,
    confirmedPtsMs: state === 'confirmed' && tube.state === 'candidate' ? ptsMs : tube.confirmedPtsMs,
    box: match?.box ?? tube.box,
    bestScore: Math.max(tube.bestScore, match?.score ?? 0),
    mostChange: Math.max(tube.mostChange, match?.change ?? 0),
    seconders: [...tube.seconders, ...seconders],
    steps: [...tube.steps, step].slice(-KEPT_STEPS),
  };
};

type Change = Omit<EvidenceStep, 'ptsMs' | 'score' | 'evidence'>;

/** Kinds of evidence; their values add up to the change of a step. */
export const EVIDENCE_PARTS = [
  ...(['persistence', 'growth', 'rise', 'drift', 'texture', 'stale', 'settled', 'glare', 'second'] as const),
] as const satisfies readonly (keyof Change)[];

const NO_CHANGE: Change = {
  ...{ persistence: 0, growth: 0, rise: 0, drift: 0, texture: 0 },
  ...{ stale: 0, settled: 0, glare: 0, second: 0 },
};

const evidenceOf = (
  tube: Tube,
  { box, score, change, glare }: Sighted,
  config: ConfirmationConfig,
): Omit<Change, 'second'> => {
  const growth = Math.log(Math.max(1, boxArea(box)) / Math.max(1, boxArea(tube.box)));
  const rise = (tube.box.y1 - box.y1) / Math.max(1, boxHeight(tube.box));
  const width = Math.max(1, boxWidth(tube.first), boxWidth(box));
  const [foot, firstFoot] = [groundPoint(box), groundPoint(tube.first)];
  const wandered = Math.hypot(foot.x - firstFoot.x, foot.y - firstFoot.y) / width;
  const clamp = (value: number): number => Math.min(1, Math.max(-1, value));
  const told = fromScore(score, config);
  const settled = settledIn(tube, change);
  // What stays as it came does not billow, however little else moves in the picture.
  const lively = change === undefined ? undefined : Math.min(liveliness(change), 1 - settled);
  return {
    // What speaks against it is not softened.
    persistence: told > 0 ? told * newsIn(tube, box, lively, settled) : told,
    // A candidate that is getting smaller is not held against it: wind does that.
    growth: GROWTH_WEIGHT * Math.max(0, clamp(growth)),
    rise: RISE_WEIGHT * Math.max(0, clamp(rise)),
    drift: wandered > DRIFT_FREE ? -DRIFT_COST * Math.min(1, wandered - DRIFT_FREE) : 0,
    texture: lively === undefined ? 0 : -STILL_COST * (1 - lively),
    stale: isStale(tube, box) ? -STALE_COST : 0,
    settled: -SETTLED_COST * settled,
    glare: -glareCost(glare),
  };
};

/** From 0 for a place that changes as the rest of the picture to 1 for one that billows. */
const liveliness = (change: number): number => Math.min(1, Math.max(0, (change - STILL) / (LIVELY - STILL)));

/** From 0 for a candidate that changes about as much as when it came to 1 for one that stays as it came. */
const settledIn = ({ state, mostChange }: Tube, change: number | undefined): number =>
  state !== 'candidate' || change === undefined || mostChange < LIVELY
    ? 0
    : Math.min(1, Math.max(0, (SETTLED.free - change / mostChange) / (SETTLED.free - SETTLED.full)));

/** How much of a further sighting is new, `REPEATED` to 1: what grew in one step and stays so since is not. */
const newsIn = ({ state, first }: Tube, box: Box, lively: number | undefined, settled: number): number => {
  if (state !== 'candidate') return 1;
  const grown = Math.log(Math.max(1, boxArea(box)) / Math.max(1, boxArea(first))) / NEW_GROWTH;
  return REPEATED + (1 - REPEATED) * (1 - settled) * Math.max(lively ?? 0, Math.min(1, Math.max(0, grown)));
};

const glareCost = (glare = 0): number => GLARE_COST * glare;

const isStale = ({ state, sightings, first }: Tube, box: Box): boolean =>
  state === 'candidate' && sightings >= STALE_SIGHTINGS && boxArea(box) < STALE_GROWTH * boxArea(first);

type Now = {
  readonly evidence: number;
  readonly sightings: number;
  readonly isSeen: boolean;
  readonly unseenMs: number;
};

const nextState = (tube: Tube, now: Now, { minSightings, endMs }: ConfirmationConfig): TubeState => {
  if (tube.state === 'candidate')
    return now.isSeen && now.evidence >= tube.needed && now.sightings >= minSightings ? 'confirmed' : 'candidate';
  if (tube.state === 'ended') return 'ended';
  return now.unseenMs >= endMs ? 'ended' : 'ongoing';
};

const isForgotten = (tube: Tube, ptsMs: PtsMs, { cadenceMs }: ConfirmationConfig): boolean => {
  if (tube.state === 'ended') return true;
  const unseenMs = ptsMs - tube.lastPtsMs;
  return tube.state === 'candidate' && tube.evidence === 0 && unseenMs >= FORGET_FRAMES * cadenceMs;
};
