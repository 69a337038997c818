import { Type } from '@sinclair/typebox';
import { Readable } from 'node:stream';
import { RULE_NAMES } from '../../pipeline/explanation-words.ts';
import type { Account } from '../accounts/account.ts';
import type { ApiContext } from '../context.ts';
import { CaseQuery, type CaseSummary } from '../contract/cases.ts';
import { csvHead, csvLine } from '../export/csv.ts';
import { recordTime } from '../export/record-fields.ts';
import { accountOf } from '../plugins/auth.ts';
import type { App } from './app.ts';

/** More rows than a spreadsheet is of use with; a longer span is asked for in parts. */
const MOST_ROWS = 50_000;
const PAGE = 500;

const COLUMNS = [
  ...['id', 'kind', 'kind_vi', 'camera', 'camera_name', 'place', 'time_utc', 'time_local', 'class', 'plates', 'state'],
  ...['verdict_by', 'verdict_time_utc', 'reason', 'note', 'status', 'due_utc', 'due_for', 'assigned_to'],
] as const;

const iso = (at: number | null | undefined): string | null => (at == null ? null : new Date(at).toISOString());

/** Lists of cases as files. */
export const registerCaseListRoutes = (app: App, { audit, cases, clock, config }: ApiContext): void => {
  const { timeZone } = config.site;
  const toLine = (row: CaseSummary): string =>
    csvLine([
      ...[
        row.id,
        row.kind,
        RULE_NAMES[row.kind as keyof typeof RULE_NAMES].vi,
        row.cameraId,
        row.cameraName,
        row.place,
      ],
      ...[
        iso(row.triggerAt),
        recordTime(row.triggerAt, timeZone),
        row.subjectClass,
        (row.plateTexts ?? []).join(' '),
        row.state,
      ],
      ...[row.verdict?.by ?? null, iso(row.verdict?.at), row.verdict?.reason ?? null, row.verdict?.note ?? null],
      ...[row.status, iso(row.dueAt), row.dueFor, row.assignedTo],
    ]);
  const lines = async function* (query: Omit<CaseQuery, 'limit' | 'cursor'>, account: Account) {
    yield csvHead(COLUMNS);
    let cursor: string | null = null;
    for (let rows = 0; rows < MOST_ROWS; rows += PAGE) {
      const page: Awaited<ReturnType<typeof cases.list>> = await cases.list(
        { ...query, limit: PAGE, ...(cursor ? { cursor } : {}) },
        account,
      );
      yield page.cases.map(toLine).join('');
      cursor = page.nextCursor;
      if (cursor === null) return;
    }
  };

  app.get(
    '/api/cases.csv',
    {
      schema: {
        tags: ['cases'],
        summary: `The list of cases as CSV, newest first, at most ${MOST_ROWS} rows`,
        querystring: Type.Omit(CaseQuery, ['limit', 'cursor'], { additionalProperties: false }),
        produces: ['text/csv'],
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      // A wrong filter is answered before anything is sent.
      await cases.list({ ...request.query, limit: 1 }, account);
      const detail = JSON.stringify(request.query);
      await audit.record({ at: clock.now(), actor: account.username, action: 'cases.listed', target: null, detail });
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="cases.csv"')
        .send(Readable.from(lines(request.query, account), { objectMode: false }));
    },
  );
};
