import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
};

export type WebhookReceiver = {
  readonly url: string;
  /** What was taken, in order. */
  readonly received: Received[];
  /** Requests, those that were turned away included. */
  readonly asked: () => number;
  /** Status that is answered from now on; anything but 200 takes nothing. @param path only there; default: everywhere */
  readonly answer: (status: number, path?: string) => void;
  readonly close: () => Promise<void>;
};

/** An HTTP server that takes whatever is posted to it, or turns it away. */
export const openReceiver = async (): Promise<WebhookReceiver> => {
  const received: Received[] = [];
  const statuses = new Map<string, number>();
  let asked = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const path = request.url ?? '';
      const status = statuses.get(path) ?? statuses.get('') ?? 200;
      asked++;
      if (status === 200) received.push({ path, headers: request.headers, body, at: Date.now() });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    received,
    asked: () => asked,
    answer: (status, path = '') => {
      statuses.set(path, status);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
