import type { ChannelOf } from '../../../pipeline/alerts/alert-config.ts';
import type { AlertMessage } from '../alert-message.ts';
import { type HttpRequest, sendHttp } from './post.ts';

type Filling = { readonly to: string; readonly text: string };

const fill = (template: string, { to, text }: Filling, quote: (value: string) => string): string =>
  template.replace(/\{\{(to|text)\}\}/g, (_, name: string) => quote(name === 'to' ? to : text));

const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);
const inForm = (value: string): string => new URLSearchParams({ v: value }).toString().slice(2);

/** The gateway's request for one number; what is filled in is quoted as the address, JSON or a form needs it. */
export const smsRequest = ({ url, method, headers, body }: ChannelOf<'sms'>, filling: Filling): HttpRequest => {
  const given = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const type = given ?? 'application/json';
  const quote = type.includes('json') ? inJson : type.includes('form') ? inForm : (value: string) => value;
  return {
    url: fill(url, filling, encodeURIComponent),
    method,
    headers: given === undefined && method === 'POST' ? { ...headers, 'content-type': type } : headers,
    body: fill(body, filling, quote),
  };
};

/**
 * One SMS to each number.
 * @param done numbers that have it from an attempt before
 * @param onSent told of each number at once, so that the next attempt leaves it out
 * @throws ChannelProblem of the first number that failed; those behind it are not tried
 */
export const sendSms = async (
  channel: ChannelOf<'sms'>,
  message: AlertMessage,
  { done, onSent }: { readonly done: readonly string[]; readonly onSent: (to: string) => Promise<void> },
): Promise<string> => {
  let status = 0;
  for (const to of channel.to) {
    if (done.includes(to)) continue;
    status = await sendHttp(smsRequest(channel, { to, text: message.shortText }));
    await onSent(to);
  }
  return String(status);
};
