import type { ApiContext } from '../context.ts';
import { AlertChannelList } from '../contract/alerts.ts';
import type { App } from './app.ts';

export const registerAlertRoutes = (app: App, { alerts, config }: ApiContext): void => {
  app.get(
    '/api/alerts/channels',
    {
      schema: {
        tags: ['health'],
        summary: 'Channels of alerts: which works, and which fails since when and why',
        response: { 200: AlertChannelList },
      },
    },
    async () => ({ channels: [...(await alerts.channels(config.alerts.channels))] }),
  );
};
