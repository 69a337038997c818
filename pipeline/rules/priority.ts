import type { CameraConfig } from '../config/camera.ts';
import type { RuleConfig } from './rule-config.ts';

/**
 * How soon an act is over, and with it how much a picture that is left out costs: 3 in a second or two, 2 it stays for
 * a while, 1 it is counted or changes slowly.
 */
const URGENCY: Readonly<Record<RuleConfig['kind'], 1 | 2 | 3>> = {
  wrong_way: 3,
  wrong_lane: 3,
  red_light: 3,
  stop_line: 3,
  speed: 3,
  no_helmet: 3,
  too_many_riders: 3,
  pavement_riding: 3,
  line_count: 2,
  dumped_rubbish: 2,
  illegal_stop: 2,
  loitering: 2,
  smoke: 2,
  encroachment: 1,
  crowding: 1,
  camera_health: 1,
};

/** Who is analysed in full when a machine cannot do all: the configured priority, else that of the most urgent rule. */
export const priorityOf = ({ analysis, rules, passages }: CameraConfig): number =>
  analysis?.priority ?? Math.max(1, passages?.enabled === true ? 3 : 0, ...rules.map(({ kind }) => URGENCY[kind]));
