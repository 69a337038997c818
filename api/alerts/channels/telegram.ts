import type { ChannelOf } from '../../../pipeline/alerts/alert-config.ts';
import { type AlertMessage, textOf } from '../alert-message.ts';
import { ChannelProblem } from '../channel-problem.ts';
import { sendHttp } from './post.ts';

/** The message as one text, Vietnamese first. @throws ChannelProblem */
export const sendToTelegram = async (
  { api, token, chat }: ChannelOf<'telegram'>,
  message: AlertMessage,
): Promise<string> => {
  const text = [...textOf(message, 'vi'), message.shortText, message.link].join('\n');
  const body = JSON.stringify({ chat_id: chat, text, disable_web_page_preview: true });
  const headers = { 'content-type': 'application/json' };
  try {
    return String(await sendHttp({ url: `${api}/bot${token}/sendMessage`, method: 'POST', headers, body }));
  } catch (error) {
    // Telegram says 400 of a chat that it does not know, and 404 of a token: both are the channel's, not the message's.
    if (error instanceof ChannelProblem && / answered 40[04]$/.test(error.message))
      throw new ChannelProblem('login', error.message);
    throw error;
  }
};
