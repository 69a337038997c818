import { Type } from '@sinclair/typebox';
import { closed } from './parts.ts';

export const RecordingConfig = Type.Object(
  {
    segmentMs: Type.Integer({
      default: 2_000,
      minimum: 500,
      maximum: 10_000,
      description: 'Wanted length of a segment (ms); cut at key frames.',
    }),
    keepHours: Type.Number({
      default: 24,
      exclusiveMinimum: 0,
      description: 'Unheld recordings are removed after so long (h).',
    }),
    keepMinutesDays: Type.Integer({
      default: 30,
      minimum: 1,
      maximum: 36_500,
      description:
        'Sealed minutes of days that no case was cut from are removed after so long (d), but never before the recordings.',
    }),
    minFreePercent: Type.Number({
      default: 10,
      minimum: 1,
      maximum: 50,
      description: 'Below this share of free disk the oldest unheld recordings go first.',
    }),
    stopFreePercent: Type.Number({
      default: 2,
      minimum: 0,
      maximum: 20,
      description:
        'Below this share of free disk nothing is recorded any more; what is left is for evidence, database and queue.',
    }),
    liveSegments: Type.Integer({
      default: 6,
      minimum: 3,
      maximum: 30,
      description: 'Segments in the live playlist.',
    }),
    hardwareDecode: Type.Union(
      [Type.Literal('auto'), Type.Literal('off'), Type.Literal('cuda'), Type.Literal('vaapi'), Type.Literal('qsv')],
      {
        default: 'auto',
        description:
          'What decodes pictures for the analysis: NVIDIA (`cuda`), AMD and Intel (`vaapi`), Intel (`qsv`). `auto` takes the first that decodes a test clip when recording starts; `off`, and what does not work, is the processor.',
      },
    ),
  },
  { ...closed, default: {} },
);
