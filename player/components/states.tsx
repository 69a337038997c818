import type { ReactNode } from 'react';
import { ApiError } from '../api-client.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { hasName } from '../i18n/translate.ts';
import type { Resource } from '../use-resource.ts';
import { ErrorBox } from './error-box.tsx';
import { Icon, type IconName } from './icons.tsx';
import { Link } from './link.tsx';

/** What a page says when it has nothing to show: an icon, what it is, what to do. */
export function Notice(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly hint?: string | undefined;
  readonly tone?: 'calm' | 'bad';
  readonly children?: ReactNode;
}) {
  return (
    <div className="notice" data-tone={props.tone ?? 'calm'} role={props.tone === 'bad' ? 'alert' : 'status'}>
      <span className="notice-icon">
        <Icon name={props.icon} size={28} />
      </span>
      <h2>{props.title}</h2>
      {props.hint && <p>{props.hint}</p>}
      {props.children}
    </div>
  );
}

export function Loading() {
  const { t } = useI18n();
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      {t('state.loading')}
    </div>
  );
}

/** The sentence of an error: the server's own where it gave one. */
export function useErrorText(): (error: unknown) => string {
  const { t, name, language } = useI18n();
  return (error) => {
    if (!(error instanceof ApiError) || error.status === 0) return t('state.unreachable');
    // The server explains in English; its codes are stable, so they are said in Vietnamese here.
    if ((language === 'vi' || error.message === '') && hasName('error', error.code)) {
      const said = name('error', error.code);
      // Which field it is about only the server's own words say.
      return error.code === 'REQUEST_INVALID' && error.message !== '' ? `${said} (${error.message})` : said;
    }
    return error.message || t('state.unknownError', { status: error.status });
  };
}

export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const { t } = useI18n();
  const text = useErrorText();
  if (error instanceof ApiError && error.status === 403) {
    return <Notice icon="lock" title={t('state.forbidden')} hint={t('state.forbiddenHint')} />;
  }
  if (error instanceof ApiError && error.status === 404) return <NotFound />;
  return (
    <Notice icon="warning" tone="bad" title={t('state.error')} hint={text(error)}>
      <button type="button" className="button" onClick={onRetry}>
        {t('state.retry')}
      </button>
    </Notice>
  );
}

export function NotFound() {
  const { t } = useI18n();
  return (
    <Notice icon="question" title={t('state.notFound')} hint={t('state.notFoundHint')}>
      <Link className="button" to="/">
        {t('state.toWall')}
      </Link>
    </Notice>
  );
}

/** Above data that could not be refreshed: it stays readable, with its age. */
export function Stale({ at, onRetry }: { readonly at: number; readonly onRetry: () => void }) {
  const { t, format } = useI18n();
  return (
    <div className="stale" role="status">
      <Icon name="clock" size={16} />
      {t('state.stale', { time: format.time(at) })}
      <button type="button" className="button small" onClick={onRetry}>
        {t('state.retry')}
      </button>
    </div>
  );
}

/** Of one part of a page: that its data is coming, why it is not, or how old it is. Nothing while all is well. */
export function PartState({ of }: { readonly of: Pick<Resource<unknown>, 'data' | 'error' | 'loadedAt' | 'reload'> }) {
  const { t } = useI18n();
  const text = useErrorText();
  const { data, error, loadedAt, reload } = of;
  if (error === null) {
    return data === null ? (
      <p className="muted" role="status">
        {t('state.loading')}
      </p>
    ) : null;
  }
  if (data !== null) return <Stale at={loadedAt} onRetry={reload} />;
  return (
    <ErrorBox>
      <span>{text(error)}</span>
      <button type="button" className="button small" onClick={reload}>
        {t('state.retry')}
      </button>
    </ErrorBox>
  );
}

/** A page that broke, or whose script could not be loaded: the rest of the site goes on. */
export function PageFault({ onRetry }: { readonly onRetry: () => void }) {
  const { t } = useI18n();
  return (
    <Notice icon="warning" tone="bad" title={t('state.error')} hint={t('state.fault')}>
      <button type="button" className="button" onClick={onRetry}>
        {t('state.retry')}
      </button>
    </Notice>
  );
}
