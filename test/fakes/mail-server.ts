import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Certificate } from './certificate.ts';

export type MailServer = {
  readonly port: number;
  readonly received: {
    readonly to: readonly string[];
    readonly text: string;
    readonly user: string;
    readonly secure: boolean;
  }[];
  readonly stop: () => Promise<void>;
};

/** Takes mail over STARTTLS from one user, and refuses recipients at `nowhere.example`. */
export const openMailServer = async (
  { cert, key }: Certificate,
  account: { readonly username: string; readonly password: string },
): Promise<MailServer> => {
  const received: MailServer['received'] = [];
  const server = new SMTPServer({
    ...{ cert, key, logger: false },
    onAuth: ({ username, password }, _session, callback) => {
      const isRight = username === account.username && password === account.password;
      if (isRight) callback(null, { user: username });
      else callback(Object.assign(new Error('Authentication failed'), { responseCode: 535 }));
    },
    onRcptTo: ({ address }, _session, callback) => {
      callback(address.endsWith('@nowhere.example') ? new Error('No such mailbox') : null);
    },
    onData: (stream, session, callback) => {
      let text = '';
      stream.on('data', (part: Buffer) => (text += part.toString()));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ to, text, user: String(session.user), secure: session.secure });
        callback(null);
      });
    },
  });
  // A client that hangs up in the middle of a handshake is no news here.
  server.on('error', () => undefined);
  const listening = await new Promise<ReturnType<typeof server.listen>>((resolve) => {
    const one = server.listen(0, '127.0.0.1', () => resolve(one));
  });
  return {
    ...{ received, port: (listening.address() as AddressInfo).port },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
