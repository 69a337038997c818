import { TypeCompiler } from '@sinclair/typebox/compiler';
import { Type } from '@sinclair/typebox';
import { TALLIES_STREAM } from '../pipeline/live.ts';
import type { Tally } from '../pipeline/tally.ts';
import type { ApiContext } from './context.ts';
import { consumeStream } from './stream-consumer.ts';

const Count = Type.Number({ minimum: 0 });
const check = TypeCompiler.Compile(
  Type.Object({
    id: Type.String(),
    cameraId: Type.String(),
    at: Count,
    speeds: Type.Array(Type.Object({ className: Type.String(), kmh: Count })),
    crowds: Type.Array(Type.Object({ ruleId: Type.String(), most: Type.Integer({ minimum: 0 }), mean: Count })),
  }),
);

/** A minute as analysis told it, or null when it cannot be read. */
export const toTally = (json: string): Tally | null => {
  try {
    const tally: unknown = JSON.parse(json);
    return check.Check(tally) ? tally : null;
  } catch {
    return null;
  }
};

/** Adds the minutes of all cameras up. Entries are acknowledged after the commit; a repeated one counts once by its id. */
export const startTallyConsumer = (context: ApiContext): { close: () => Promise<void> } => {
  const { clock, metrics, tallies } = context;
  return consumeStream(context, {
    ...{ name: 'tallies', stream: TALLIES_STREAM, field: 'tally' },
    failed: 'speeds and crowds could not be stored, trying again',
    take: async (texts) => {
      const read = texts.flatMap((text) => {
        const tally = toTally(text);
        if (tally === null)
          metrics.count('watchpost_statistics_malformed_total', 'Statistic events that cannot be read.');
        return tally ?? [];
      });
      await tallies.add(read, clock.now());
    },
  });
};
