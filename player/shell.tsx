import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { api } from './api-client.ts';
import { LanguageChoice, ThemeChoice } from './components/choices.tsx';
import { Icon, type IconName } from './components/icons.tsx';
import { Link } from './components/link.tsx';
import { Logo } from './components/logo.tsx';
import { useI18n } from './i18n/i18n.tsx';
import type { MessageKey } from './i18n/vi.ts';
import { useCaseChanges, useContact } from './live/use-live.ts';
import { WatchBanner } from './components/watch-banner.tsx';
import { navigate, type Route } from './router.ts';
import { canAdminister, canAudit, canSearchPlates, canSeeCases, mustSetUpAccount, useSession } from './session.ts';

type Entry = { readonly page: Route['page']; readonly to: string; readonly icon: IconName; readonly text: MessageKey };

/** Navigation, connection and account around every page. */
export function Shell(props: { readonly route: Route; readonly onLogOut: () => void; readonly children: ReactNode }) {
  const { t } = useI18n();
  const session = useSession();
  const seesCases = canSeeCases(session.role);
  const openCount = useOpenCount(seesCases && !mustSetUpAccount(session));
  const entries: readonly Entry[] = [
    { page: 'wall', to: '/', icon: 'wall', text: 'nav.wall' },
    ...(seesCases
      ? ([
          { page: 'review', to: '/review', icon: 'review', text: 'nav.review' },
          { page: 'cases', to: '/cases', icon: 'cases', text: 'nav.cases' },
          { page: 'fire', to: '/fire', icon: 'fire', text: 'nav.fire' },
        ] as const)
      : []),
    ...(canSearchPlates(session.role)
      ? ([{ page: 'plates', to: '/plates', icon: 'plate', text: 'nav.plates' }] as const)
      : []),
    { page: 'statistics', to: '/statistics', icon: 'statistics', text: 'nav.statistics' },
    ...(canAudit(session.role)
      ? ([{ page: 'quality', to: '/quality', icon: 'quality', text: 'nav.quality' }] as const)
      : []),
    { page: 'health', to: '/health', icon: 'health', text: 'nav.health' },
    ...(canAudit(session.role) ? ([{ page: 'audit', to: '/audit', icon: 'audit', text: 'nav.audit' }] as const) : []),
    ...(canAdminister(session.role)
      ? ([
          { page: 'setup', to: '/setup', icon: 'setup', text: 'nav.setup' },
          { page: 'users', to: '/users', icon: 'users', text: 'nav.users' },
        ] as const)
      : []),
  ];
  const current = props.route.page === 'camera' ? 'wall' : props.route.page === 'case' ? 'cases' : props.route.page;

  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('nav.skip')}
      </a>
      <aside className="rail">
        <Link className="brand" to="/">
          <Logo size={30} />
          <span>
            <strong>{session.site.name}</strong>
          </span>
        </Link>
        <Navigation entries={entries} current={current} openCount={openCount} />
        <div className="rail-foot">
          <Connection />
          <AccountMenu onLogOut={props.onLogOut} />
        </div>
      </aside>
      <main id="main" tabIndex={-1}>
        <LostBanner />
        {canSearchPlates(session.role) && <WatchBanner />}
        {props.children}
      </main>
    </div>
  );
}

/** So many pages fit a phone's bar with their names in full; one more is the last, else a menu holds the rest. */
const ON_THE_BAR = 4;

function Navigation(props: {
  readonly entries: readonly Entry[];
  readonly current: Route['page'];
  readonly openCount: number | null;
}) {
  const { t } = useI18n();
  const { entries, current, openCount } = props;
  const { open, setOpen, root, button } = useMenu<HTMLElement>();
  const onBar = entries.length <= ON_THE_BAR + 1 ? entries.length : ON_THE_BAR;
  const inMenu = entries.findIndex(({ page }) => page === current) >= onBar;
  useEffect(() => setOpen(false), [current, setOpen]);
  return (
    <nav aria-label={t('nav.main')} ref={root} data-menu={open ? 'open' : 'closed'}>
      <ul id="pages">
        {entries.map(({ page, to, icon, text }, index) => (
          <li key={page} data-place={index < onBar ? 'bar' : 'menu'}>
            <Link to={to} aria-current={page === current ? 'page' : undefined}>
              <Icon name={icon} />
              <span>{t(text)}</span>
              {page === 'review' && openCount !== null && openCount > 0 && (
                <span className="count" aria-label={t('nav.openCases', { count: openCount })}>
                  {openCount > 999 ? '999+' : openCount}
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
      {onBar < entries.length && (
        <button
          type="button"
          ref={button}
          className="more-pages"
          aria-expanded={open}
          aria-controls="pages"
          data-current={inMenu || undefined}
          onClick={() => setOpen(!open)}
        >
          <Icon name="menu" />
          <span>{t('nav.more')}</span>
        </button>
      )}
    </nav>
  );
}

/** Number of open cases: asked for once and again at every change. */
function useOpenCount(wanted: boolean): number | null {
  const [count, setCount] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const load = useCallback(() => {
    clearTimeout(timer.current);
    if (!wanted) return;
    timer.current = setTimeout(() => {
      api.cases({ state: 'open', limit: 1 }).then(
        (list) => setCount(list.openCount),
        () => undefined,
      );
    }, 300);
  }, [wanted]);
  useEffect(() => {
    load();
    const regular = setInterval(load, 60_000);
    return () => {
      clearInterval(regular);
      clearTimeout(timer.current);
    };
  }, [load]);
  useCaseChanges(load);
  return count;
}

function Connection() {
  const { t, format } = useI18n();
  const contact = useContact();
  const session = useSession();
  if (mustSetUpAccount(session)) return null;
  const tone = contact.state === 'lost' ? 'bad' : contact.state === 'connecting' || !contact.live ? 'warn' : 'good';
  const text =
    contact.state === 'lost'
      ? t('shell.lost', { time: format.time(contact.since) })
      : contact.state === 'connecting'
        ? t('shell.connecting')
        : t(contact.live ? 'shell.connected' : 'shell.notLive');
  return (
    <div className="connection" data-tone={tone} role="status">
      <span className="dot" aria-hidden="true" />
      <span>{text}</span>
    </div>
  );
}

/** Said on every page: what is shown may be old. */
function LostBanner() {
  const { t, format } = useI18n();
  const contact = useContact();
  if (contact.state === 'lost') {
    return (
      <div className="banner" data-tone="bad" role="alert">
        <Icon name="warning" size={18} />
        {t('shell.lostBanner', { time: format.dateTime(contact.since) })}
      </div>
    );
  }
  if (contact.state === 'connected' && !contact.live) {
    return (
      <div className="banner" data-tone="warn" role="status">
        <Icon name="warning" size={18} />
        {t('shell.notLiveBanner')}
      </div>
    );
  }
  return null;
}

function AccountMenu({ onLogOut }: { readonly onLogOut: () => void }) {
  const { t, name } = useI18n();
  const { username, role } = useSession();
  const { open, setOpen, root, button } = useMenu<HTMLDivElement>();
  return (
    <div className="account" ref={root}>
      <button type="button" ref={button} className="account-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="avatar" aria-hidden="true">
          {username.slice(0, 1).toUpperCase()}
        </span>
        <span className="account-name">
          <strong>{username}</strong>
          <span>{name('role', role)}</span>
        </span>
        <span className="visually-hidden">{t('shell.account')}</span>
      </button>
      {open && (
        <div className="account-menu">
          <h3>{t('shell.language')}</h3>
          <LanguageChoice />
          <h3>{t('shell.theme')}</h3>
          <ThemeChoice />
          <hr />
          <button
            type="button"
            className="menu-item"
            onClick={() => {
              setOpen(false);
              navigate('/password');
            }}
          >
            <Icon name="lock" size={17} />
            {t('shell.changePassword')}
          </button>
          <button type="button" className="menu-item" onClick={onLogOut}>
            <Icon name="external" size={17} />
            {t('shell.logOut')}
          </button>
        </div>
      )}
    </div>
  );
}

/** A menu that opens by its button and closes by Escape or a press elsewhere. */
function useMenu<Root extends HTMLElement>() {
  const [open, setOpen] = useState(false);
  const root = useRef<Root>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const onPress = (event: PointerEvent): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    addEventListener('pointerdown', onPress);
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('pointerdown', onPress);
      removeEventListener('keydown', onKey);
    };
  }, [open]);
  return { open, setOpen, root, button };
}
