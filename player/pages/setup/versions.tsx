import { useEffect, useState } from 'react';
import type { ConfigVersion, VersionDiff } from '../../../api/contract/setup.ts';
import { api } from '../../api-client.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Failure, Loading, useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useResource } from '../../use-resource.ts';
import { Diff } from './diff.tsx';
import { useProblemText } from './use-problem-text.ts';

/** Saved configurations, what going back would change, and the way back. */
export function Versions(props: {
  readonly sha256: string;
  readonly readOnly: boolean;
  readonly onRestored: () => void;
}) {
  const { t, format } = useI18n();
  const { data, error, reload } = useResource(api.versions);
  const [open, setOpen] = useState<ConfigVersion | null>(null);
  /** The server notes a way back as `← 3`; what people wrote stays as it is. */
  const noteText = (note: string): string => {
    const number = /^← (\d+)$/.exec(note)?.[1];
    return number === undefined ? note : t('setup.restoredFrom', { number });
  };
  return (
    <section className="card versions">
      <h2>{t('setup.versions')}</h2>
      {!data ? (
        error ? (
          <Failure error={error} onRetry={reload} />
        ) : (
          <Loading />
        )
      ) : data.versions.length === 0 ? (
        <p className="nothing">{t('setup.noVersions')}</p>
      ) : (
        <ul className="history">
          {data.versions.map((one) => (
            <li key={one.version}>
              <span>
                <strong>{t('setup.version', { number: one.version })}</strong>{' '}
                {one.actor === 'file' ? t('setup.fromFile') : one.actor} {one.note && `· ${noteText(one.note)}`}
              </span>
              <time>{format.dateTime(one.at)}</time>
              {one.sha256 === props.sha256 ? (
                <span className="chip" data-tone="accent">
                  {t('setup.present')}
                </span>
              ) : (
                <button
                  type="button"
                  className="button small"
                  aria-label={t('setup.compareOne', { number: one.version })}
                  onClick={() => setOpen(one)}
                >
                  {t('setup.compare')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {open && (
        <Compare
          version={open}
          {...props}
          onClose={() => setOpen(null)}
          onRestored={() => {
            setOpen(null);
            reload();
            props.onRestored();
          }}
        />
      )}
    </section>
  );
}

function Compare(props: {
  readonly version: ConfigVersion;
  readonly sha256: string;
  readonly readOnly: boolean;
  readonly onClose: () => void;
  readonly onRestored: () => void;
}) {
  const { t } = useI18n();
  const errorText = useErrorText();
  const problemText = useProblemText();
  const { version } = props.version;
  const [found, setFound] = useState<VersionDiff | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    const abort = new AbortController();
    api.versionDiff(version, abort.signal).then(setFound, (error: unknown) => {
      if (!abort.signal.aborted) setFailure(error);
    });
    return () => abort.abort();
  }, [version]);
  const restore = (): void => {
    api.restoreVersion(version, { sha256: props.sha256 }).then(props.onRestored, setFailure);
  };
  return (
    <Dialog title={t('setup.compareOne', { number: version })} onClose={props.onClose} wide>
      <p className="muted">{t('setup.compareLead')}</p>
      {failure !== null && <p className="error-box">{errorText(failure)}</p>}
      {!found && failure === null && <Loading />}
      {found && <Diff text={found.diff === '' ? t('setup.noDifference') : found.diff} />}
      {found && found.problems.length > 0 && <p className="error-box">{found.problems.map(problemText).join(' ')}</p>}
      <footer>
        <button type="button" className="button quiet" onClick={props.onClose}>
          {t('users.cancel')}
        </button>
        <button
          type="button"
          className="button primary"
          disabled={!found || found.problems.length > 0 || props.readOnly}
          onClick={restore}
        >
          {t('setup.restore', { number: version })}
        </button>
      </footer>
    </Dialog>
  );
}
