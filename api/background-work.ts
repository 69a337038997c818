import type { AlertDesk } from './alerts/alert-desk.ts';
import { startConfirmationConsumer } from './confirmation-consumer.ts';
import type { ApiContext } from './context.ts';
import type { startCustody } from './custody.ts';
import { startLearntPlaces } from './learnt-places.ts';
import { startPassageConsumer } from './passage-consumer.ts';
import { startPassageRetention } from './passage-retention.ts';
import { startPlumeConsumer } from './plume-consumer.ts';
import { startReviewConsumer } from './review-consumer.ts';
import { startStatisticsConsumer } from './statistics-consumer.ts';
import { startTallyConsumer } from './tally-consumer.ts';

type Closeable = { readonly close: () => Promise<void> };

/**
 * Starts what the API does without being asked: it takes in what the workers send, tells and escalates alerts, asks for
 * the wind, and removes what is no longer kept.
 * @returns all of it, in the order in which it is closed: what takes in first
 */
export const startBackgroundWork = (
  context: ApiContext,
  desk: AlertDesk,
  custody: ReturnType<typeof startCustody>,
): readonly Closeable[] => {
  desk.start();
  if (context.config.fire.wind) context.wind.start(context.config.fire.wind);
  const confirmations = startConfirmationConsumer(context, desk);
  const review = startReviewConsumer(context, desk);
  const statistics = startStatisticsConsumer(context);
  const tallies = startTallyConsumer(context);
  const passages = startPassageConsumer(context, desk);
  const retention = startPassageRetention(context);
  const learnt = startLearntPlaces(context);
  const plumes = startPlumeConsumer(context);
  return [review, confirmations, statistics, tallies, passages, desk, context.wind, retention, custody, learnt, plumes];
};
