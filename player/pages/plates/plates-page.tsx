import { useState } from 'react';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Notice } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSearch } from '../../router.ts';
import { canSearchPlates, useSession } from '../../session.ts';
import { SearchView } from './search-view.tsx';
import { TraceView } from './trace-view.tsx';
import { ListsView } from './lists-view.tsx';

const VIEWS = ['search', 'trace', 'lists'] as const;

/** Vehicles that passed: found by plate, followed over cameras, watched for. What is asked is never in the address. */
export function PlatesPage() {
  const { t } = useI18n();
  const { role } = useSession();
  const asked = new URLSearchParams(useSearch()).get('view');
  const view = VIEWS.find((one) => one === asked) ?? 'search';
  // Kept while the page is open: one purpose often needs several looks.
  const [purpose, setPurpose] = useState('');
  const [traced, setTraced] = useState('');
  const [watched, setWatched] = useState('');
  if (!canSearchPlates(role))
    return <Notice icon="lock" title={t('state.forbidden')} hint={t('state.forbiddenHint')} />;
  return (
    <div className="page">
      <PageHeader title={t('plates.title')} />
      <nav className="plates-views" aria-label={t('plates.views')}>
        {VIEWS.map((one) => (
          <Link key={one} to={`/plates?view=${one}`} aria-current={one === view ? 'page' : undefined}>
            {t(`plates.${one}`)}
          </Link>
        ))}
      </nav>
      {view === 'search' && (
        <SearchView purpose={purpose} onPurpose={setPurpose} onTrace={setTraced} onWatch={setWatched} />
      )}
      {view === 'trace' && <TraceView purpose={purpose} onPurpose={setPurpose} plate={traced} onPlate={setTraced} />}
      {view === 'lists' && <ListsView plate={watched} onTrace={setTraced} />}
    </div>
  );
}
