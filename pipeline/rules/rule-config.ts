import { type Static, Type } from '@sinclair/typebox';
import { CameraHealthConfig } from './camera-health-config.ts';
import {
  IllegalStopConfig,
  LineCountConfig,
  PavementRidingConfig,
  SpeedConfig,
  WrongLaneConfig,
  WrongWayConfig,
} from './driving-config.ts';
import { CrowdingConfig, LoiteringConfig } from './people-config.ts';
import { NoHelmetConfig, TooManyRidersConfig } from './riders-config.ts';
import { RedLightConfig, StopLineConfig } from './signal-line-config.ts';
import { SmokeConfig } from './smoke-config.ts';
import { DumpedRubbishConfig, EncroachmentConfig } from './still-config.ts';

/** One rule of a camera; `kind` says which. */
export const RuleConfig = Type.Union([
  WrongWayConfig,
  WrongLaneConfig,
  CrowdingConfig,
  LineCountConfig,
  RedLightConfig,
  StopLineConfig,
  PavementRidingConfig,
  IllegalStopConfig,
  LoiteringConfig,
  SpeedConfig,
  CameraHealthConfig,
  TooManyRidersConfig,
  NoHelmetConfig,
  SmokeConfig,
  DumpedRubbishConfig,
  EncroachmentConfig,
]);
export type RuleConfig = Static<typeof RuleConfig>;

export type { CameraHealthConfig } from './camera-health-config.ts';
export type {
  IllegalStopConfig,
  LineCountConfig,
  PavementRidingConfig,
  SpeedConfig,
  WrongLaneConfig,
  WrongWayConfig,
} from './driving-config.ts';
export type { CrowdingConfig, LoiteringConfig } from './people-config.ts';
export type { NoHelmetConfig, TooManyRidersConfig } from './riders-config.ts';
export type { RedLightConfig, StopLineConfig } from './signal-line-config.ts';
export type { SmokeConfig } from './smoke-config.ts';
export type { DumpedRubbishConfig, EncroachmentConfig } from './still-config.ts';
