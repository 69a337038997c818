import { readFile } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import type { ChannelOf } from '../../../pipeline/alerts/alert-config.ts';
import { type AlertMessage, textOf } from '../alert-message.ts';
import { ChannelProblem, toChannelProblem } from '../channel-problem.ts';
import type { AlertPicture } from '../sealed-pictures.ts';

const TIMEOUT_MS = 10_000;

/**
 * One mail to all recipients, Vietnamese first. Its Message-ID is made of the alert's id, so a repeated one is known.
 * @returns the server's answer
 * @throws ChannelProblem
 */
export const sendMail = async (
  channel: ChannelOf<'email'>,
  message: AlertMessage,
  pictures: readonly AlertPicture[],
): Promise<string> => {
  const { host, port, security, username, password, from, to, caFile } = channel;
  const transport = createTransport({
    ...{ host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    ...(username !== undefined && password !== undefined ? { auth: { user: username, pass: password } } : {}),
    ...(caFile === undefined ? {} : { tls: { ca: await readFile(caFile) } }),
  });
  try {
    const info = await transport.sendMail({
      ...{ from, to },
      messageId: `<${message.id}@${from.slice(from.lastIndexOf('@') + 1).replace(/>$/, '')}>`,
      subject: message.shortText.split('; ').slice(0, 2).join('; '),
      text: [...textOf(message, 'vi'), message.shortText, message.link, '', ...textOf(message, 'en')].join('\n'),
      attachments: pictures.map(({ name, mediaType, bytes }) => ({
        ...{ filename: name, contentType: mediaType, content: Buffer.from(bytes) },
      })),
    });
    const refused = info.rejected.length;
    return refused === 0 ? info.response : `${info.response}; ${String(refused)} of ${String(to.length)} refused`;
  } catch (error) {
    const { code, responseCode } = error as { code?: string; responseCode?: number };
    if (code === 'EAUTH') throw new ChannelProblem('login', `${host} answered ${String(responseCode)}`);
    if (code === 'EMESSAGE' && responseCode !== undefined && responseCode >= 500)
      throw new ChannelProblem('refused_message', `${host} answered ${String(responseCode)}`);
    if (responseCode !== undefined)
      throw new ChannelProblem('answered_error', `${host} answered ${String(responseCode)}`);
    throw toChannelProblem(error, host);
  } finally {
    transport.close();
  }
};
