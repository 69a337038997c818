import type { AlertChannel } from '../../pipeline/alerts/alert-config.ts';
import type { AlertMessage } from './alert-message.ts';
import { toChannelProblem } from './channel-problem.ts';
import type { AlertPicture } from './sealed-pictures.ts';
import { sendMail } from './channels/email.ts';
import { sendToBroker } from './channels/mqtt.ts';
import { sendSms } from './channels/sms.ts';
import { sendToTelegram } from './channels/telegram.ts';
import { sendToWebhook } from './channels/webhook.ts';

export type Attempt = {
  readonly nowMs: number;
  /** Recipients of this channel that have the message from an attempt before. */
  readonly done: readonly string[];
  readonly onSent: (recipient: string) => Promise<void>;
  /** Sealed pictures of the case, for channels that are to have them. */
  readonly pictures?: readonly AlertPicture[];
};

/**
 * Hands one message to one channel.
 * @returns what the receiver answered, for the receipt
 * @throws ChannelProblem
 */
export const sendAlert = async (channel: AlertChannel, message: AlertMessage, attempt: Attempt): Promise<string> => {
  try {
    return await send(channel, message, attempt);
  } catch (error) {
    throw toChannelProblem(error, channel.id);
  }
};

const send = (channel: AlertChannel, message: AlertMessage, attempt: Attempt): Promise<string> => {
  switch (channel.kind) {
    case 'webhook':
      return sendToWebhook(channel, message, attempt.nowMs);
    case 'telegram':
      return sendToTelegram(channel, message);
    case 'mqtt':
      return sendToBroker(channel, message);
    case 'email':
      return sendMail(channel, message, attempt.pictures ?? []);
    case 'sms':
      return sendSms(channel, message, attempt);
  }
};
