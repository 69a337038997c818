import { redactUrl } from '../../pipeline/errors.ts';
import type { AlertChannel } from '../../pipeline/config-schema.ts';
import { type AlertMessage, signatureOf } from './alert-message.ts';

const TIMEOUT_MS = 10_000;

/**
 * Hands one message to one channel. A webhook gets the whole message, signed; Telegram its sentences and the short text.
 * @returns the receiver's HTTP status, below 300
 * @throws Error with the status or the network's reason, without tokens; the queue tries again
 */
export const sendAlert = async (channel: AlertChannel, message: AlertMessage, nowMs: number): Promise<number> => {
  const { url, body, headers } = toRequest(channel, message, nowMs);
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    // A signed alert must not follow a receiver to some other place.
    redirect: 'manual',
  }).catch((error: unknown) => {
    // Telegram's token stands in the address: only the host is told.
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${new URL(url).host} cannot be reached: ${redactUrl(reason)}`);
  });
  await response.body?.cancel();
  if (response.status >= 300) throw new Error(`${new URL(url).host} answered ${String(response.status)}`);
  return response.status;
};

type Request = { readonly url: string; readonly body: string; readonly headers: Readonly<Record<string, string>> };

const toRequest = (channel: AlertChannel, message: AlertMessage, nowMs: number): Request => {
  if (channel.kind === 'webhook') {
    const body = JSON.stringify(message);
    const headers = { 'x-watchpost-signature': signatureOf(body, channel.secret, nowMs), 'x-watchpost-id': message.id };
    return { url: channel.url, body, headers };
  }
  const text = `${message.why.vi}\n${message.shortText}\n${message.link}`;
  const body = JSON.stringify({ chat_id: channel.chat, text, disable_web_page_preview: true });
  return { url: `${channel.api}/bot${channel.token}/sendMessage`, body, headers: {} };
};
