import { type Static, Type } from '@sinclair/typebox';
import { closed } from './parts.ts';

export const TelemetryConfig = Type.Object(
  {
    otlp: Type.Object(
      {
        url: Type.String({
          pattern: '^https?://',
          description: 'OTLP/HTTP address of a collector for traces, usually `http://HOST:4318/v1/traces`.',
        }),
        sampleRatio: Type.Number({
          default: 0.001,
          minimum: 0,
          maximum: 1,
          description: 'Share of the frames that are followed; those that make a case always are.',
        }),
      },
      closed,
    ),
  },
  { ...closed, description: 'Traces of frames for OpenTelemetry; nothing is loaded without this section.' },
);
export type TelemetryConfig = Static<typeof TelemetryConfig>;
