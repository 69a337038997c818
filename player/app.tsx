import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import type { Session } from '../api/contract/session.ts';
import { api, ApiError, whenSessionEnds } from './api-client.ts';
import { ErrorBoundary } from './components/error-boundary.tsx';
import { Failure, PageFault, Loading, NotFound } from './components/states.tsx';
import { I18nProvider } from './i18n/i18n.tsx';
import { LiveConnection } from './live/live-connection.ts';
import { LiveContext } from './live/use-live.ts';
import { LoginPage } from './pages/login/login-page.tsx';
import { PasswordPage } from './pages/login/password-page.tsx';
import { WallPage } from './pages/wall/wall-page.tsx';
import { type Route, toRoute, usePath } from './router.ts';
import { mustSetUpAccount, SessionContext, SetSessionContext } from './session.ts';
import { Shell } from './shell.tsx';

// The wall comes with the first load; the other pages when they are opened.
const SCRIPTS = {
  camera: () => import('./pages/camera/camera-page.tsx'),
  review: () => import('./pages/review/review-page.tsx'),
  case: () => import('./pages/case/case-page.tsx'),
  cases: () => import('./pages/cases/cases-page.tsx'),
  fire: () => import('./pages/fire/fire-page.tsx'),
  plates: () => import('./pages/plates/plates-page.tsx'),
  health: () => import('./pages/health/health-page.tsx'),
  users: () => import('./pages/users/users-page.tsx'),
  quality: () => import('./pages/quality/quality-page.tsx'),
  setup: () => import('./pages/setup/setup-page.tsx'),
  statistics: () => import('./pages/statistics/statistics-page.tsx'),
  audit: () => import('./pages/audit/audit-page.tsx'),
} as const;
const CameraPage = lazy(() => SCRIPTS.camera().then((page) => ({ default: page.CameraPage })));
const ReviewPage = lazy(() => SCRIPTS.review().then((page) => ({ default: page.ReviewPage })));
const CasePage = lazy(() => SCRIPTS.case().then((page) => ({ default: page.CasePage })));
const CasesPage = lazy(() => SCRIPTS.cases().then((page) => ({ default: page.CasesPage })));
const FirePage = lazy(() => SCRIPTS.fire().then((page) => ({ default: page.FirePage })));
const PlatesPage = lazy(() => SCRIPTS.plates().then((page) => ({ default: page.PlatesPage })));
const HealthPage = lazy(() => SCRIPTS.health().then((page) => ({ default: page.HealthPage })));
const UsersPage = lazy(() => SCRIPTS.users().then((page) => ({ default: page.UsersPage })));
const QualityPage = lazy(() => SCRIPTS.quality().then((page) => ({ default: page.QualityPage })));
const SetupPage = lazy(() => SCRIPTS.setup().then((page) => ({ default: page.SetupPage })));
const StatisticsPage = lazy(() => SCRIPTS.statistics().then((page) => ({ default: page.StatisticsPage })));
const AuditPage = lazy(() => SCRIPTS.audit().then((page) => ({ default: page.AuditPage })));

/** The script of the page that was opened comes while the server is asked who is there. */
export function loadFirstPage(): void {
  const { page } = toRoute(location.pathname);
  // One that cannot be had is asked for again, and told of, when the page is shown.
  if (page in SCRIPTS) SCRIPTS[page as keyof typeof SCRIPTS]().catch(() => undefined);
}

type Access =
  | { readonly state: 'asking' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'out'; readonly ended: boolean }
  | { readonly state: 'in'; readonly session: Session };

/** Whoever is not logged in sees the log-in page at any address, and afterwards the page of that address. */
export function App() {
  const [access, setAccess] = useState<Access>({ state: 'asking' });
  const [round, setRound] = useState(0);

  useEffect(() => {
    whenSessionEnds(() => setAccess((old) => (old.state === 'in' ? { state: 'out', ended: true } : old)));
    const abort = new AbortController();
    api.session(abort.signal).then(
      (session) => setAccess({ state: 'in', session }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const loggedOut = error instanceof ApiError && error.status === 401;
        setAccess(loggedOut ? { state: 'out', ended: false } : { state: 'failed', error });
      },
    );
    return () => abort.abort();
  }, [round]);

  const session = access.state === 'in' ? access.session : null;
  return (
    <I18nProvider {...(session ? { siteLanguage: session.site.language, timeZone: session.site.timeZone } : {})}>
      {access.state === 'asking' && <Loading />}
      {access.state === 'failed' && (
        <main className="page">
          <Failure error={access.error} onRetry={() => setRound(round + 1)} />
        </main>
      )}
      {access.state === 'out' && (
        <LoginPage ended={access.ended} onLogIn={(entered) => setAccess({ state: 'in', session: entered })} />
      )}
      {session && (
        <Inside
          session={session}
          onSession={(changed) => setAccess({ state: 'in', session: changed })}
          onLogOut={() => setAccess({ state: 'out', ended: false })}
        />
      )}
    </I18nProvider>
  );
}

function Inside(props: {
  readonly session: Session;
  readonly onSession: (session: Session) => void;
  readonly onLogOut: () => void;
}) {
  const { session } = props;
  const route = toRoute(usePath());
  const isHeldUp = mustSetUpAccount(session);
  const live = useMemo(() => new LiveConnection(), []);
  useEffect(() => {
    if (isHeldUp) return;
    live.open();
    return () => live.close();
  }, [live, isHeldUp]);

  const logOut = (): void => {
    // Even if the server cannot be told, this page forgets.
    void api.logOut().then(
      (answer) => answer && location.assign(answer.providerLogOutUrl),
      () => undefined,
    );
    props.onLogOut();
  };
  const password = <PasswordPage session={session} onChanged={props.onSession} />;
  return (
    <SessionContext value={session}>
      <SetSessionContext value={props.onSession}>
        <LiveContext value={live}>
          <Shell route={route} onLogOut={logOut}>
            <ErrorBoundary key={location.pathname} fallback={(retry) => <PageFault onRetry={retry} />}>
              <Suspense fallback={<Loading />}>
                {isHeldUp || route.page === 'password' ? password : <Page route={route} />}
              </Suspense>
            </ErrorBoundary>
          </Shell>
        </LiveContext>
      </SetSessionContext>
    </SessionContext>
  );
}

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'wall':
      return <WallPage />;
    case 'camera':
      return <CameraPage key={route.id} id={route.id} />;
    case 'review':
      return <ReviewPage />;
    case 'cases':
      return <CasesPage />;
    case 'case':
      return <CasePage key={route.id} id={route.id} />;
    case 'fire':
      return <FirePage />;
    case 'plates':
      return <PlatesPage />;
    case 'health':
      return <HealthPage />;
    case 'quality':
      return <QualityPage />;
    case 'setup':
      return <SetupPage id={route.id} />;
    case 'statistics':
      return <StatisticsPage />;
    case 'users':
      return <UsersPage />;
    case 'audit':
      return <AuditPage />;
    default:
      return <NotFound />;
  }
}
