import { scopeOf } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import { AssigneeList, AssignRequest } from '../contract/assignment.ts';
import { CaseSummary } from '../contract/cases.ts';
import { accountOf } from '../plugins/auth.ts';
import { toCaseChange } from '../repositories/case-summary.ts';
import type { App } from './app.ts';
import { CaseParams } from './cases.ts';

const tags = ['procedure'];

/** Who sees to a case from the verdict to its end. */
export const registerAssignmentRoutes = (app: App, { assignment, cases, live }: ApiContext): void => {
  app.get(
    '/api/cases/:id/assignees',
    {
      schema: {
        tags,
        summary: 'Accounts that the case can be given to',
        params: CaseParams,
        response: { 200: AssigneeList },
      },
    },
    async (request) => {
      const row = await cases.get(request.params.id, scopeOf(accountOf(request)));
      return { assignees: await assignment.candidates(row) };
    },
  );
  app.post(
    '/api/cases/:id/assignee',
    {
      schema: {
        tags,
        summary: 'Give the case to somebody; whoever is no supervisor takes it, or gives back the own',
        params: CaseParams,
        body: AssignRequest,
        response: { 200: CaseSummary },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const row = await cases.get(request.params.id, scopeOf(account));
      const assigned = await assignment.assign(row, account, request.body.username);
      await live.publishCase(toCaseChange(row));
      return cases.summary(assigned);
    },
  );
};
