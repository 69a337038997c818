import { scopeOf } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import { CaseSummary } from '../contract/cases.ts';
import { MergeRequest, SameActList } from '../contract/same-act.ts';
import type { CaseTable } from '../database/schema.ts';
import { accountOf } from '../plugins/auth.ts';
import { toCaseChange } from '../repositories/case-summary.ts';
import type { App } from './app.ts';
import { CaseParams } from './cases.ts';

const tags = ['procedure'];

/** One act seen by several cameras: the system proposes, a person merges. */
export const registerSameActRoutes = (app: App, { cases, live, sameAct }: ApiContext): void => {
  const changed = async (row: CaseTable): Promise<void> => live.publishCase(toCaseChange(row));

  app.get(
    '/api/cases/:id/same-act',
    {
      schema: {
        tags,
        summary: 'Cases of other cameras that may show the same act, by plate or by time and place',
        params: CaseParams,
        response: { 200: SameActList },
      },
    },
    async (request) => {
      const scope = scopeOf(accountOf(request));
      const row = await cases.get(request.params.id, scope);
      const proposals = await sameAct.propose(row, scope);
      return { proposals: proposals.map(({ row: other, ...facts }) => ({ case: cases.summary(other), ...facts })) };
    },
  );
  app.post(
    '/api/cases/:id/merge',
    {
      schema: {
        tags,
        summary: 'Close a confirmed case as part of another of the same act, which alone goes on to a fine',
        params: CaseParams,
        body: MergeRequest,
        response: { 200: CaseSummary },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const scope = scopeOf(account);
      const row = await cases.get(request.params.id, scope);
      const merged = await sameAct.merge(row, await cases.get(request.body.into, scope), account);
      await changed(merged);
      return cases.summary(merged);
    },
  );
  app.delete(
    '/api/cases/:id/merge',
    {
      schema: {
        tags,
        summary: 'Take a merge back: the case goes on by itself',
        params: CaseParams,
        response: { 200: CaseSummary },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const row = await cases.get(request.params.id, scopeOf(account));
      const separated = await sameAct.separate(row, account);
      await changed(separated);
      return cases.summary(separated);
    },
  );
};
