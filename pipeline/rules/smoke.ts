import type { RuleMatch } from '../event.ts';
import {
  confirm,
  type ConfirmationConfig,
  type ConfirmationState,
  type DangerLevel,
  FIRST_STATE,
  type Tube,
} from '../fire/confirmation.ts';
import { focalLengthPx, toBearing } from '../fire/lens.ts';
import { boxArea, boxWidth, groundPoint, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import type { Track } from '../track.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import type { Rule } from './rule.ts';
import type { SmokeConfig } from './rule-config.ts';
import { round2, round4, toSighting } from './sightings.ts';
import type { Scene } from './track-history.ts';

const AFTER_MS = 1_000;
/** The foot of a plume is known to this share of its box's width. */
const FOOT_ERROR_WIDTHS = 0.25;
const DEGREES = 180 / Math.PI;

/**
 * Smoke or flame in a landscape. Not tracks but plumes are followed, by `fire/confirmation.ts`, since a tower may give a
 * frame every half minute; reported when one is confirmed. The bearing is that of its foot when it was first seen.
 */
export class SmokeRule implements Rule<ConfirmationState> {
  readonly id: string;
  readonly #config: SmokeConfig;
  readonly #frameSize: Size;
  readonly #confirmation: ConfirmationConfig;
  readonly #geometryHash: string;

  constructor(config: SmokeConfig, exclusions: readonly Zone[], frameSize: Size) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#confirmation = {
      ...config,
      danger: config.dangerLevel satisfies DangerLevel,
      exclusions: exclusions.map((zone) => toPixelZone(zone, frameSize)),
      learntNegatives: [],
    };
    this.#geometryHash = geometryHash({
      exclusions: exclusions.map(({ corners }) => corners),
      pose: config.pose ?? null,
      station: config.station ?? null,
    });
  }

  init(): ConfirmationState {
    return FIRST_STATE;
  }

  step(before: ConfirmationState, scene: Scene): { state: ConfirmationState; matches: readonly RuleMatch[] } {
    const seen = scene.tracks.filter(({ observed, className }) => observed && this.#config.classes.includes(className));
    const { state, changed } = confirm(before, scene.ptsMs, seen, this.#confirmation);
    const confirmed = changed.filter((tube) => tube.state === 'confirmed');
    return { state, matches: confirmed.flatMap((tube) => this.#match(tube, seen)) };
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  #match(tube: Tube, seen: readonly Track[]): RuleMatch[] {
    const track = seen.find(({ box }) => box === tube.box);
    if (!track) return [];
    const [start, trigger] = [Math.round(tube.firstPtsMs), Math.round(tube.lastPtsMs)];
    const { minSightings } = this.#config;
    const match: RuleMatch = {
      decision: {
        ruleId: this.id,
        ruleKind: track.className === 'flame' ? 'flame' : 'smoke',
        ruleVersion: '1',
        geometryHash: this.#geometryHash,
        measurements: [
          ...this.#bearing(tube),
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
          { name: 'growth', value: Math.round(100 * (boxArea(tube.box) / boxArea(tube.first) - 1)), unit: '%' },
        ],
        facts: { class: track.className, ongoing: 'yes', ...this.#place(), steps: stepsOf(tube) },
      },
      startPtsMs: start,
      triggerPtsMs: trigger,
      endPtsMs: null,
      keyPtsMs: { before: start, at: trigger, after: trigger + AFTER_MS },
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

  /** Of the foot at first sight; the error is two standard deviations of pose and foot together. */
  #bearing(tube: Tube): RuleMatch['decision']['measurements'] {
    const { pose } = this.#config;
    if (!pose) return [];
    const { azimuthDeg, elevationDeg } = toBearing(groundPoint(tube.first), pose, this.#frameSize);
    const footDeg = ((FOOT_ERROR_WIDTHS * boxWidth(tube.first)) / focalLengthPx(pose, this.#frameSize)) * DEGREES;
    return [
      { name: 'azimuth', value: round2(azimuthDeg), unit: '°' },
      { name: 'azimuthError', value: round2(2 * Math.hypot(pose.errorDeg, footDeg)), unit: '°' },
      { name: 'elevation', value: round2(elevationDeg), unit: '°' },
    ];
  }

  #place(): Record<string, string> {
    const { station, pose } = this.#config;
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

/** Evidence frame by frame, as `0:0.45/1.02 30:-/0.52`: seconds since the first sighting, score, evidence after. */
const stepsOf = ({ steps, firstPtsMs }: Tube): string =>
  steps
    .map(({ ptsMs, score, evidence }) => {
      const seconds = Math.round((ptsMs - firstPtsMs) / 1000);
      return `${String(seconds)}:${score === null ? '-' : String(round2(score))}/${String(round2(evidence))}`;
    })
    .join(' ');
