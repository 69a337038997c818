import { WatchpostError } from '../errors.ts';
import type { SweepConfig } from '../fire/sweep-config.ts';
import type { Size } from '../geometry.ts';
import type { Line, Zone } from '../zone.ts';
import { CameraHealthRule } from './camera-health.ts';
import { CrowdingRule } from './crowding.ts';
import { DumpedRubbishRule } from './dumped-rubbish.ts';
import { EncroachmentRule } from './encroachment.ts';
import { IllegalStopRule } from './illegal-stop.ts';
import { LineCountRule } from './line-count.ts';
import { LoiteringRule } from './loitering.ts';
import { NoHelmetRule } from './no-helmet.ts';
import type { Rule } from './rule.ts';
import type { RuleConfig } from './rule-config.ts';
import { SignalLineRule } from './signal-line.ts';
import { SmokeRule, towerViews } from './smoke.ts';
import { SpeedRule } from './speed.ts';
import { TooManyRidersRule } from './too-many-riders.ts';
import { WrongLaneRule } from './wrong-lane.ts';
import { WrongWayRule } from './wrong-way.ts';

/** What rules of one camera share. */
export type RuleContext = {
  readonly zones: ReadonlyMap<string, Zone>;
  readonly lines: ReadonlyMap<string, Line>;
  /** Size of the camera's full-resolution picture. */
  readonly frameSize: Size;
  /** IANA name of the zone in which hours are meant. */
  readonly timeZone: string;
  /** Of a camera that turns from pose to pose. */
  readonly sweep?: SweepConfig | null;
  /** Frames come further apart than a second: nobody waits for the one after the trigger. */
  readonly isSparse?: boolean;
};

/**
 * @throws WatchpostError CONFIG_REFERENCE when the rule names a zone or line that the camera does not have,
 * CONFIG_INVALID when its calibration fixes no plane
 */
export const createRule = (
  config: RuleConfig,
  { zones, lines, frameSize, timeZone, sweep = null, isSparse = false }: RuleContext,
): Rule => {
  const zone = (id: string): Zone => zones.get(id) ?? missing(config.id, 'zone', id, [...zones.keys()]);
  const line = (id: string): Line => lines.get(id) ?? missing(config.id, 'line', id, [...lines.keys()]);
  switch (config.kind) {
    case 'wrong_way':
      return new WrongWayRule(config, zone(config.zone), frameSize);
    case 'wrong_lane':
    case 'pavement_riding':
      return new WrongLaneRule(config, zone(config.zone), frameSize, timeZone);
    case 'crowding':
      return new CrowdingRule(config, zone(config.zone), frameSize, timeZone);
    case 'line_count':
      return new LineCountRule(config, line(config.line), frameSize);
    case 'illegal_stop':
      return new IllegalStopRule(config, {
        zone: zone(config.zone),
        lane: config.lane === undefined ? null : zone(config.lane),
        frameSize,
      });
    case 'loitering':
      return new LoiteringRule(config, zone(config.zone), frameSize);
    case 'dumped_rubbish':
      return new DumpedRubbishRule(config, zone(config.zone), frameSize);
    case 'encroachment':
      return new EncroachmentRule(config, zone(config.zone), frameSize, timeZone);
    case 'camera_health':
      return new CameraHealthRule(config);
    case 'speed':
      return new SpeedRule(config, frameSize);
    case 'too_many_riders':
      return new TooManyRidersRule(config, config.zone === undefined ? null : zone(config.zone), frameSize);
    case 'no_helmet':
      return new NoHelmetRule(config, config.zone === undefined ? null : zone(config.zone), frameSize);
    case 'smoke':
      return new SmokeRule(config, { views: towerViews(config, sweep, zone), frameSize, isSparse, timeZone });
    case 'red_light':
    case 'stop_line':
      return new SignalLineRule(config, {
        line: line(config.line),
        junction: zone(config.zone),
        arrows: config.kind === 'red_light' ? config.arrows.map((arrow) => ({ ...arrow, zone: zone(arrow.zone) })) : [],
        frameSize,
      });
  }
};

const missing = (ruleId: string, what: string, name: string, known: readonly string[]): never => {
  throw new WatchpostError(
    'CONFIG_REFERENCE',
    `rule "${ruleId}" names ${what} "${name}"; the camera has ${known.length > 0 ? known.join(', ') : 'none'}`,
  );
};
