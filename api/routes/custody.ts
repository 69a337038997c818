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
  for (const [path, summary, act] of [
    [
      '/api/cases/:id/hold',
      'Put a case under legal hold: its evidence is neither erased nor can the object store lose it',
      'hold',
    ],
    ['/api/cases/:id/hold/end', 'Lift a legal hold; the case lives on as its tier says', 'lift'],
  ] as const)
    app.post(
      path,
      { schema: { tags, summary, params: CaseParams, body: HoldRequest, response: { 200: Custody } } },
      async (request) => {
        const account = accountOf(request);
        const row = await cases.get(request.params.id, scopeOf(account));
        await custody[act](row.id, account, request.body.reason.trim());
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
          ...{ name: tier.name, kinds: tier.kinds ?? null, states: tier.states ?? null },
          ...{ keepDays: tier.keepDays, lock: tier.lock ?? null },
          ...numbers,
        })),
        ...counts,
      };
    },
  );
};
