import { Value } from '@sinclair/typebox/value';
import { TrackerConfig } from './config/analysis.ts';
import type { CameraConfig } from './config/camera.ts';
import type { Detection } from './detection.ts';
import { EventAssembler } from './event-assembler.ts';
import type { Provenance, WatchEvent } from './event.ts';
import type { Frame, FrameHeader } from './frame.ts';
import type { Size } from './geometry.ts';
import { toLiveFrame } from './live-frame.ts';
import type { LiveFrame } from './live.ts';
import type { DangerReport } from './fire/danger.ts';
import { GlowWatch } from './fire/glow.ts';
import type { LearntPlace } from './fire/learnt.ts';
import { MastWatch, type ReferencePictures } from './fire/mast-watch.ts';
import type { Pose } from './fire/lens.ts';
import type { PlumeReport } from './fire/plume.ts';
import type { OtherSight } from './fire/second-sight.ts';
import { watchSweep } from './fire/sweep.ts';
import { TextureWatch } from './fire/texture.ts';
import type { PoseId, SweepWatch } from './fire/sweep-watch.ts';
import { smallGrey } from './health/grey-picture.ts';
import { PictureWatch } from './health/picture-facts.ts';
import { ViewWatch } from './health/view-watch.ts';
import type { CameraMemory } from './rules/memory.ts';
import { RuleSet } from './rules/rule-set.ts';
import { SameAct } from './same-act.ts';
import type { SignalReadings } from './signals/signal.ts';
import { readTold, type ToldSignal } from './signals/signal-feed.ts';
import { SignalReader } from './signals/signal-reader.ts';
import { isStills } from './stills.ts';
import { StillWatch } from './still/still-watch.ts';
import type { EpochMs, PtsMs, SessionClock } from './time.ts';
import type { Track, TrackedFrame } from './track.ts';
import { ByteTracker, countFromOne } from './tracking/bytetrack.ts';
import { withoutTwins } from './twins.ts';
import { toLines, toSignals, toZones, type Zone } from './zone.ts';

export type CameraPipelineOptions = {
  readonly camera: CameraConfig;
  readonly clock: SessionClock;
  /** Size of the camera's full-resolution picture, which detections refer to. */
  readonly frameSize: Size;
  readonly provenance: Provenance;
  /** IANA zone in which the hours of rules are meant. */
  readonly timeZone: string;
  /** What people have decided of smoke until now, asked with every frame; by default nothing. */
  readonly learnt?: () => readonly LearntPlace[];
  /** Fire danger of the day, asked with every frame; null where nobody said it, and the rule's own level counts. */
  readonly danger?: (now: EpochMs) => DangerReport | null;
  /** What other cameras may be seeing of fires, asked with every frame; by default nothing. */
  readonly others?: () => readonly OtherSight[];
  /** Pictures that the poses of a tower were calibrated on; without them no moved mast is noticed. */
  readonly references?: ReferencePictures;
  /** What controllers told of a signal of this camera, oldest first; asked with every frame. */
  readonly told?: (signal: string) => readonly ToldSignal[];
  /** What the camera's rules had learnt at the end of an earlier session; replays are given none. */
  readonly memory?: CameraMemory | null;
};

export type AnalysedFrame = {
  readonly tracked: TrackedFrame;
  readonly live: LiveFrame;
  readonly events: readonly WatchEvent[];
  /** How plumes of smoke or flame stand in this view; null in a frame that counts for none. */
  readonly plumes: readonly PlumeReport[] | null;
};

/** A frame's times, and its pixels where signals are to be read from them. */
export type FrameInput = Pick<FrameHeader, 'ptsMs' | 'capturedAt' | 'poseId' | 'ptz'> &
  Partial<Pick<Frame, 'pixels' | 'letterbox'>>;
export type TracksInput = Pick<
  TrackedFrame,
  | 'ptsMs'
  | 'capturedAt'
  | 'signals'
  | 'heads'
  | 'picture'
  | 'viewMoves'
  | 'still'
  | 'poseId'
  | 'learnt'
  | 'danger'
  | 'others'
  | 'mast'
>;

/** How long a track stays marked on the overlay after it was part of a match. */
const ALERT_MS = 5_000;

/**
 * One camera during one recording session: detections → tracks → matches → events. Synchronous and free of clocks, so
 * the same detections always give the same events.
 */
export class CameraPipeline {
  readonly #cameraId: string;
  readonly #sessionId: string;
  readonly #frameSize: Size;
  readonly #trackerConfig: TrackerConfig;
  /** One for each pose: what was seen at one says nothing about another. */
  readonly #trackers = new Map<string | undefined, ByteTracker>();
  readonly #nextTrackId = countFromOne();
  readonly #sweep: SweepWatch | null;
  readonly #learnt: () => readonly LearntPlace[];
  readonly #danger: (now: EpochMs) => DangerReport | null;
  readonly #others: () => readonly OtherSight[];
  readonly #rules: RuleSet;
  readonly #signals: SignalReader | null;
  readonly #fed: ((capturedAt: EpochMs) => SignalReadings) | null;
  readonly #picture: PictureWatch | null;
  readonly #view: ViewWatch | null;
  readonly #still: StillWatch | null;
  readonly #mast: MastWatch | null;
  readonly #looksForSmoke: boolean;
  readonly #texture = new Map<string | undefined, TextureWatch>();
  readonly #looksForGlow: boolean;
  /** One for each pose. */
  readonly #glow = new Map<string | undefined, GlowWatch>();
  readonly #sameAct = new SameAct();
  readonly #assembler: EventAssembler;
  /** Rule kind → last media time at which the track is still marked, by track. */
  readonly #alerts = new Map<number, Map<string, PtsMs>>();

  /** @throws WatchpostError CONFIG_REFERENCE when a rule names an unknown zone or line */
  constructor({
    camera,
    clock,
    frameSize,
    provenance,
    timeZone,
    learnt,
    danger,
    others,
    references,
    memory,
    told,
  }: CameraPipelineOptions) {
    this.#fed = fedSignals(camera, clock, told);
    this.#learnt = learnt ?? (() => []);
    this.#danger = danger ?? (() => null);
    this.#others = others ?? (() => []);
    this.#cameraId = camera.id;
    this.#sessionId = clock.sessionId;
    this.#frameSize = frameSize;
    this.#trackerConfig = camera.tracker ?? (Value.Default(TrackerConfig, {}) as TrackerConfig);
    this.#sweep = camera.sweep ? watchSweep(camera.sweep) : null;
    this.#signals = camera.signals ? new SignalReader(toSignals(camera.signals)) : null;
    this.#picture = camera.rules.some(({ kind }) => kind === 'camera_health') ? new PictureWatch() : null;
    const zones = toZones(camera.zones);
    const poses = towerPoses(camera);
    this.#looksForSmoke = camera.rules.some(({ kind }) => kind === 'smoke');
    this.#looksForGlow = camera.rules.some((rule) => rule.kind === 'smoke' && rule.glow);
    this.#mast = references && poses.size > 0 ? new MastWatch(poses, frameSize, references) : null;
    this.#still = stillWatch(camera, zones);
    const context = {
      zones,
      lines: toLines(camera.lines),
      frameSize,
      timeZone,
      sweep: camera.sweep ?? null,
      isSparse: isStills(camera.source.url) || (camera.analysis?.fps ?? 1) < 1,
    };
    this.#rules = new RuleSet(camera.rules, context, memory);
    this.#view = this.#rules.needsStandingView ? new ViewWatch() : null;
    this.#assembler = new EventAssembler({ cameraId: camera.id, clock, provenance });
  }

  /**
   * Which pose of a sweep a frame shows; undefined for cameras that do not turn. A frame without a pose (null) is not to
   * be analysed. Called once for each frame, in order, before anything else is done with it.
   */
  look(frame: FrameInput): PoseId | undefined {
    return this.#sweep?.look(frame);
  }

  /**
   * @param frame in order of `ptsMs`; its pixels are only read, and only where a rule needs them
   * @param detections of this frame, in source pixels, down to the tracker's `lowScore`
   */
  push(frame: FrameInput, detections: readonly Detection[]): AnalysedFrame {
    return this.pushTracks(this.readSignals(frame), this.track(frame, detections));
  }

  /**
   * First half of `push`, for cameras where a second model looks at the tracks before the rules do: every frame's tracks
   * must then go on to `pushTracks`, in the same order.
   */
  track(frame: FrameInput, detections: readonly Detection[]): readonly Track[] {
    const { ptsMs, poseId } = frame;
    const tracker = this.#trackers.get(poseId) ?? new ByteTracker(this.#trackerConfig, this.#nextTrackId);
    this.#trackers.set(poseId, tracker);
    return this.#withTexture(frame, tracker.update(withoutTwins([...detections, ...this.#glowIn(frame)]), ptsMs));
  }

  /** How smoke billows, and what is stray light, is a fact of the picture, so it is taken while there is one. */
  #withTexture({ ptsMs, poseId, pixels, letterbox }: FrameInput, tracks: readonly Track[]): readonly Track[] {
    if (!this.#looksForSmoke || pixels === undefined || letterbox === undefined) return tracks;
    const watch = this.#texture.get(poseId) ?? new TextureWatch();
    this.#texture.set(poseId, watch);
    const seen = tracks.filter(
      ({ observed, className }) => observed && (className === 'smoke' || className === 'flame'),
    );
    const textures = watch.look(
      { pixels, letterbox },
      ptsMs,
      seen.map(({ box }) => box),
    );
    const textureOf = new Map(seen.map((track, index) => [track, textures[index]]));
    return tracks.map((track) => {
      const { change = null, glare = 0 } = textureOf.get(track) ?? {};
      return { ...track, ...(change === null ? {} : { change }), ...(glare === 0 ? {} : { glare }) };
    });
  }

  #glowIn({ ptsMs, poseId, pixels, letterbox }: FrameInput): readonly Detection[] {
    if (!this.#looksForGlow || pixels === undefined || letterbox === undefined) return [];
    const watch = this.#glow.get(poseId) ?? new GlowWatch();
    this.#glow.set(poseId, watch);
    return watch.look({ pixels, letterbox }, ptsMs);
  }

  /** The frame's times, with what its signals show, how the picture looks where a rule asks for it, and whether it moves. */
  readSignals({ ptsMs, capturedAt, pixels, letterbox, poseId }: FrameInput): TracksInput {
    const learnt = this.#learnt();
    const fed = this.#fed?.(capturedAt);
    const when = {
      ptsMs,
      capturedAt,
      ...(fed ? { signals: fed } : {}),
      ...(poseId === undefined ? {} : { poseId }),
      ...(learnt.length === 0 ? {} : { learnt }),
      ...(this.#looksForSmoke ? this.#fireFacts(capturedAt) : {}),
    };
    if (pixels === undefined || letterbox === undefined) return when;
    const signals = this.#signals?.read({ pixels, letterbox }, ptsMs);
    if (this.#view?.isDue(ptsMs)) this.#view.look(smallGrey({ pixels, letterbox }), ptsMs);
    const picture = this.#picture?.read({ pixels, letterbox }, ptsMs);
    const still = this.#still?.read({ pixels, letterbox }, ptsMs);
    const mast = this.#mast?.look(poseId, ptsMs, { pixels, letterbox });
    return {
      ...when,
      ...(signals ? { signals: { ...signals, ...fed } } : {}),
      ...(picture ? { picture } : {}),
      ...(this.#view?.isMoving(ptsMs) ? { viewMoves: true } : {}),
      ...(still ? { still } : {}),
      ...(mast ? { mast } : {}),
    };
  }

  #fireFacts(now: EpochMs): Pick<TrackedFrame, 'danger' | 'others'> {
    const [danger, others] = [this.#danger(now), this.#others()];
    return { ...(danger ? { danger } : {}), ...(others.length > 0 ? { others } : {}) };
  }

  /** The same from tracks and readings on, for trying rules on stored tracks. */
  pushTracks(
    { ptsMs, capturedAt, signals, heads, picture, viewMoves, still, poseId, learnt, danger, others, mast }: TracksInput,
    tracks: readonly Track[],
  ): AnalysedFrame {
    const tracked: TrackedFrame = {
      cameraId: this.#cameraId,
      sessionId: this.#sessionId,
      ptsMs,
      capturedAt,
      frameSize: this.#frameSize,
      tracks,
      ...(signals ? { signals } : {}),
      ...(heads ? { heads } : {}),
      ...(picture ? { picture } : {}),
      ...(viewMoves ? { viewMoves } : {}),
      ...(still ? { still } : {}),
      ...(poseId === undefined ? {} : { poseId }),
      ...(learnt ? { learnt } : {}),
      ...(danger ? { danger } : {}),
      ...(others ? { others } : {}),
      ...(mast ? { mast } : {}),
    };
    const matches = this.#sameAct.filter(this.#rules.step(tracked), tracked);
    for (const { match, disposition } of matches) {
      if (disposition === 'statistic') continue;
      for (const { trackId } of match.subjects) this.#raiseAlert(trackId, match.decision.ruleKind, ptsMs + ALERT_MS);
    }
    const events = this.#assembler.push(matches, tracked);
    const live = toLiveFrame(tracked, (trackId) => this.#alertsOf(trackId, ptsMs), this.#rules.speeds(ptsMs));
    return { tracked, live, events, plumes: this.#rules.plumes() };
  }

  /** What the rules have learnt of the place until now, for the next session; null when none of them learns. */
  memory(): CameraMemory | null {
    return this.#rules.memory();
  }

  /** Ends the session. @param ptsMs media time of the last frame */
  finish(ptsMs: PtsMs): readonly WatchEvent[] {
    const last = this.#rules.finish(ptsMs);
    return this.#assembler.finish(ptsMs, last);
  }

  #raiseAlert(trackId: number, kind: string, untilPtsMs: PtsMs): void {
    const kinds = this.#alerts.get(trackId) ?? new Map<string, PtsMs>();
    kinds.set(kind, untilPtsMs);
    this.#alerts.set(trackId, kinds);
  }

  #alertsOf(trackId: number, ptsMs: PtsMs): readonly string[] {
    const kinds = this.#alerts.get(trackId);
    if (!kinds) return [];
    for (const [kind, untilPtsMs] of kinds) if (untilPtsMs < ptsMs) kinds.delete(kind);
    if (kinds.size === 0) this.#alerts.delete(trackId);
    return [...kinds.keys()].sort();
  }
}

/** Calibrated poses of a tower, by the id that its frames carry. */
const towerPoses = ({ rules, sweep }: CameraConfig): ReadonlyMap<string | undefined, Pose> => {
  if (sweep) return new Map(sweep.poses.map((pose) => [pose.id, pose]));
  const fixed = rules.find((rule) => rule.kind === 'smoke')?.pose;
  return new Map(fixed ? [[undefined, fixed]] : []);
};

/** Readings of signals that controllers tell; null where the camera has none. */
const fedSignals = (
  { signalFeeds }: CameraConfig,
  clock: SessionClock,
  told: CameraPipelineOptions['told'],
): ((capturedAt: EpochMs) => SignalReadings) | null => {
  const feeds = Object.entries(signalFeeds ?? {});
  if (feeds.length === 0) return null;
  return (capturedAt) =>
    Object.fromEntries(
      feeds.map(([id, { maxSilenceMs }]) => [id, readTold(told?.(id) ?? [], capturedAt, clock, maxSilenceMs)]),
    );
};

/** Watches the zones of rules on things that are left standing; null where there is no such rule. */
const stillWatch = ({ rules }: CameraConfig, zones: ReadonlyMap<string, Zone>): StillWatch | null => {
  const ids = rules.flatMap((rule) =>
    rule.kind === 'dumped_rubbish' || rule.kind === 'encroachment' ? [rule.zone] : [],
  );
  const watched = [...new Set(ids)].flatMap((id) => zones.get(id) ?? []);
  return watched.length > 0 ? new StillWatch(watched) : null;
};
