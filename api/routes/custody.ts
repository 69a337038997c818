import { scopeOf } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import { Custody, HoldRequest, RetentionForecast } from '../contract/custody.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';
import { CaseParams } from './cases.ts';

const tags = ['custody'];

/** How long evidence lives: legal holds by people, and tiers by the configuration. */
export const registerCustodyRoutes = (
  app: App,
  { cases, custody }: ApiContext,
  { onHold }: { readonly onHold: () => void },
): void => {
  app.post(
    '/api/cases/:id/hold',
    {
      schema: {
        tags,
        summary: 'Put a case under legal hold: its evidence is neither erased nor can the object store lose it',
        params: CaseParams,
        body: HoldRequest,
        response: { 200: Custody },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const row = await cases.get(request.params.id, scopeOf(account));
      await custody.hold(row.id, account, request.body.reason.trim());
      onHold();
      return custody.of(row);
    },
  );
  app.post(
    '/api/cases/:id/hold/end',
    {
      schema: {
        tags,
        summary: 'Lift a legal hold; the case lives on as its tier says',
        params: CaseParams,
        body: HoldRequest,
        response: { 200: Custody },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const row = await cases.get(request.params.id, scopeOf(account));
      await custody.lift(row.id, account, request.body.reason.trim());
      onHold();
      return custody.of(row);
    },
  );
  app.get(
    '/api/retention',
    {
      schema: {
        tags,
        summary: 'Tiers of retention, what they hold, and what they will erase',
        response: { 200: RetentionForecast },
      },
    },
    async () => {
      const [tiers, counts] = await Promise.all([custody.forecast(), custody.counts()]);
      return {
        tiers: tiers.map(({ tier, ...numbers }) => ({
          ...{ name: tier.name, keepDays: tier.keepDays, lock: tier.lock ?? null },
          ...numbers,
        })),
        ...counts,
      };
    },
  );
};
