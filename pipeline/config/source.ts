import { type Static, Type } from '@sinclair/typebox';
import { closed } from './parts.ts';

export const SourceConfig = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      description:
        'rtsp://, rtsps://, http(s):// or a file path (relative to the configuration file); `stills://FOLDER` for JPEG pictures that arrive in FOLDER or FOLDER/POSE, `stills://` for those that are posted. `${NAME}` is taken from the environment.',
    }),
    transport: Type.Union([Type.Literal('auto'), Type.Literal('tcp'), Type.Literal('udp')], {
      default: 'auto',
      description: 'RTSP transport; `auto` tries TCP, then UDP.',
    }),
    loop: Type.Boolean({ default: true, description: 'Files: start again at the end, as a live camera would go on.' }),
    realtime: Type.Boolean({
      default: true,
      description: 'Files: play at their own speed. `false` with `loop: false` analyses every frame as fast as it can.',
    }),
    stallMs: Type.Integer({
      default: 10_000,
      minimum: 1_000,
      maximum: 120_000,
      description: 'Reconnect when no packet came for so long (ms).',
    }),
  },
  closed,
);
export type SourceConfig = Static<typeof SourceConfig>;
