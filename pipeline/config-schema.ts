import { type Static, Type } from '@sinclair/typebox';
import { AlertsConfig } from './alerts/alert-config.ts';
import { AccountsConfig } from './config/accounts.ts';
import { CameraConfig } from './config/camera.ts';
import { DetectorConfig } from './config/detector.ts';
import { EvidenceConfig } from './config/evidence.ts';
import { FireConfig } from './config/fire.ts';
import { closed } from './config/parts.ts';
import { RecordingConfig } from './config/recording.ts';
import { SiteConfig } from './config/site.ts';
import { TelemetryConfig } from './config/telemetry.ts';

/** The whole configuration file; each part has a file of its own in `config/`. */
export const Config = Type.Object(
  {
    version: Type.Literal(1, { description: 'Version of this format.' }),
    site: SiteConfig,
    server: Type.Object(
      {
        host: Type.String({ default: '127.0.0.1', description: 'Address to listen on; `0.0.0.0` for all.' }),
        port: Type.Integer({ default: 8080, minimum: 0, maximum: 65535 }),
        secureCookies: Type.Boolean({ default: false, description: 'Set behind HTTPS.' }),
      },
      { ...closed, default: {} },
    ),
    accounts: AccountsConfig,
    recording: RecordingConfig,
    evidence: EvidenceConfig,
    review: Type.Object(
      {
        leaseMs: Type.Integer({
          default: 120_000,
          minimum: 5_000,
          description: 'How long a claim lasts without activity (ms).',
        }),
        undoMs: Type.Integer({
          default: 60_000,
          minimum: 0,
          description: 'How long a verdict can be undone by who gave it (ms).',
        }),
        secondReviewShare: Type.Number({
          default: 0,
          minimum: 0,
          maximum: 1,
          description:
            'Share of cases that a second person decides too, without seeing the first verdict; when the two disagree, a supervisor decides. 0 = none; needs at least two people who decide.',
        }),
      },
      { ...closed, default: {} },
    ),
    fire: FireConfig,
    alerts: AlertsConfig,
    telemetry: Type.Optional(TelemetryConfig),
    detectors: Type.Record(Type.String(), DetectorConfig, { default: {} }),
    cameras: Type.Array(CameraConfig, { default: [] }),
  },
  closed,
);
export type Config = Static<typeof Config>;
