import { createHmac } from 'node:crypto';
import type { ChannelOf } from '../../../pipeline/alerts/alert-config.ts';
import type { AlertMessage } from '../alert-message.ts';
import { sendHttp } from './post.ts';

/** `t=SECONDS,v1=HEX`: HMAC-SHA-256 of `SECONDS.BODY`. Receivers refuse old times, so a message cannot be sent again. */
export const signatureOf = (body: string, secret: string, atMs: number): string => {
  const seconds = String(Math.floor(atMs / 1000));
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
};

/** The whole message, signed. @throws ChannelProblem */
export const sendToWebhook = async (
  { url, secret }: ChannelOf<'webhook'>,
  message: AlertMessage,
  nowMs: number,
): Promise<string> => {
  const body = JSON.stringify(message);
  const headers = {
    'content-type': 'application/json',
    'x-watchpost-signature': signatureOf(body, secret, nowMs),
    'x-watchpost-id': message.id,
  };
  return String(await sendHttp({ url, method: 'POST', headers, body }));
};
