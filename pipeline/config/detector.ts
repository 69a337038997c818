import { type Static, Type } from '@sinclair/typebox';
import { closed } from './parts.ts';

export const DetectorConfig = Type.Object(
  {
    model: Type.String({ description: 'Id in the model manifest; `watchpost models list` names them.' }),
    minScore: Type.Number({ default: 0.1, minimum: 0, maximum: 1, description: 'Lowest score handed to the tracker.' }),
    maxBatch: Type.Integer({
      default: 4,
      minimum: 1,
      maximum: 64,
      description: 'Frames per inference run, at most; fewer where the start found larger batches no cheaper.',
    }),
    batchDeadlineMs: Type.Number({
      default: 0,
      minimum: 0,
      maximum: 1000,
      description:
        'How long a detector that has nothing to do waits for a batch to fill (ms); what comes while it runs is the next batch in any case.',
    }),
    threads: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 64,
      description:
        'Inference threads; 0 = measured at the start, at most half of the cores (`replay`: half of them, always).',
    }),
    provider: Type.Union(
      [Type.Literal('cpu'), Type.Literal('cuda'), Type.Literal('tensorrt'), Type.Literal('webgpu')],
      { default: 'cpu' },
    ),
  },
  // TypeBox fills in the members of a record's values only when the value's schema has a default of its own.
  { ...closed, default: {} },
);
export type DetectorConfig = Static<typeof DetectorConfig>;
