import { DateField } from '../../components/date-field.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { namesOf } from '../../i18n/translate.ts';
import { navigate } from '../../router.ts';
import { nextDay, toInstant } from '../../site-time.ts';

/** The address's filters as the server wants them; days are the site's. */
export function toAuditFilters(search: string, timeZone: string): Record<string, string | number | undefined> {
  const query = new URLSearchParams(search);
  const until = query.get('until');
  return {
    actor: query.get('actor') ?? undefined,
    action: query.get('action') ?? undefined,
    target: query.get('target') ?? undefined,
    after: toInstant(query.get('from') ?? '', timeZone) ?? undefined,
    before: until ? (toInstant(nextDay(until), timeZone) ?? undefined) : undefined,
  };
}

/** Who, what, on which case or account, when: in the address, so that an answer can be sent to whoever asked. */
export function AuditFilters({ search }: { readonly search: string }) {
  const { t, name, language } = useI18n();
  const filters = new URLSearchParams(search);
  const of = (key: string): string => filters.get(key) ?? '';
  const set = (key: string, value: string): void => {
    const next = new URLSearchParams(search);
    if (value === '') next.delete(key);
    else next.set(key, value);
    const text = next.toString();
    navigate(text === '' ? '/audit' : `/audit?${text}`, { replace: true });
  };
  const actions = namesOf('action')
    .map((action) => ({ action, text: name('action', action) }))
    .sort((a, b) => a.text.localeCompare(b.text, language));
  return (
    <form className="filters" aria-label={t('cases.filters')} onSubmit={(event) => event.preventDefault()}>
      <SearchField label={t('audit.actor')} value={of('actor')} onFind={(value) => set('actor', value)} />
      <label>
        <span>{t('audit.action')}</span>
        <select value={of('action')} onChange={({ target }) => set('action', target.value)}>
          <option value="">{t('audit.allActions')}</option>
          {actions.map(({ action, text }) => (
            <option key={action} value={action}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <SearchField label={t('audit.targetIs')} value={of('target')} onFind={(value) => set('target', value)} />
      <DateField label={t('cases.from')} value={of('from')} onChange={(value) => set('from', value)} />
      <DateField
        label={t('cases.until')}
        value={of('until')}
        min={of('from')}
        onChange={(value) => set('until', value)}
      />
      {search !== '' && (
        <button type="button" className="button quiet" onClick={() => navigate('/audit', { replace: true })}>
          {t('cases.clear')}
        </button>
      )}
    </form>
  );
}
