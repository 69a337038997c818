import { Type } from '@sinclair/typebox';
import { PLUMES_STREAM } from '../pipeline/fire/plume.ts';
import type { ApiContext } from './context.ts';
import { PlumeStanding } from './contract/plumes.ts';
import { readJson } from './read-json.ts';
import type { KeptReport } from './repositories/plume-course.ts';
import { consumeStream } from './stream-consumer.ts';

const Kept = Type.Intersect([PlumeStanding, Type.Object({ eventId: Type.String({ minLength: 1, maxLength: 128 }) })]);

/** Keeps how confirmed smoke and flame go on. */
export const startPlumeConsumer = (context: ApiContext): { close: () => Promise<void> } =>
  consumeStream(context, {
    ...{ name: 'plumes', stream: PLUMES_STREAM, field: 'report' },
    failed: 'how plumes go on could not be kept, trying again',
    take: async (texts) => {
      const reports = texts.flatMap((text): KeptReport | [] => readJson(Kept, text) ?? []);
      await context.plumeCourse.add(reports);
      for (let lost = reports.length; lost < texts.length; lost++)
        context.metrics.count('watchpost_plumes_malformed_total', 'Reports of plumes that cannot be read.');
    },
  });
