import type { CaseDetail } from '../../../api/contract/cases.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { hasName } from '../../i18n/translate.ts';

type Act = CaseDetail['history'][number];

/** What was done with the case and by whom; details in words where there are some. */
export function History({ history }: { readonly history: readonly Act[] }) {
  const { t, name, format } = useI18n();
  return (
    <section className="card">
      <h2>{t('case.history')}</h2>
      {history.length === 0 && <p className="muted">{t('case.noHistory')}</p>}
      <ol className="history">
        {history.map((act) => (
          <li key={`${act.at} ${act.action} ${act.actor}`}>
            <time>{format.dateTime(act.at)}</time>
            <span>
              <strong>{name('action', act.action)}</strong> · {act.actor}
              <Detail act={act} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Detail({ act }: { readonly act: Act }) {
  const { t, name } = useI18n();
  if (act.detail === null) return null;
  const fields = parse(act.detail);
  const text = (field: string): string => {
    const value = fields?.[field];
    return typeof value === 'string' ? value : '';
  };
  const named = (kind: 'status' | 'caseState' | 'reason', field: string): string =>
    hasName(kind, text(field)) ? name(kind, text(field)) : text(field);
  const words = [
    named('status', 'status'),
    named('caseState', 'verdict'),
    named('reason', 'reason'),
    act.action === 'case.assigned' ? text('to') || t('assignment.nobody') : '',
    text('purpose'),
    text('note'),
  ].filter((word) => word !== '');
  if (words.length > 0) return <span className="sub">{words.join(' · ')}</span>;
  // Hashes and the like: for whoever compares them.
  return fields && Object.keys(fields).length > 0 ? <code className="history-detail">{act.detail}</code> : null;
}

const parse = (json: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};
