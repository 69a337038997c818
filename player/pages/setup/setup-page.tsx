import { useState } from 'react';
import type { Setup } from '../../../api/contract/setup.ts';
import { api } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Failure, Loading, NotFound, Notice, Stale, useErrorText } from '../../components/states.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useResource } from '../../use-resource.ts';
import { CameraEditor } from './camera-editor.tsx';
import type { DraftCamera } from './draft.ts';
import { Versions } from './versions.tsx';

/** Cameras and their rules: the list, or one of them. @param id of the camera, `new`, or null for the list */
export function SetupPage({ id }: { readonly id: string | null }) {
  const { data, error, loadedAt, reload } = useResource(api.setup);
  if (!data) return error ? <Failure error={error} onRetry={reload} /> : <Loading />;
  const cameras = data.cameras as unknown as readonly DraftCamera[];
  const banner = <Banner setup={data} onApplied={reload} />;
  if (id === null)
    return (
      <CameraList setup={data} cameras={cameras} onChanged={reload}>
        {banner}
        {error !== null && <Stale at={loadedAt} onRetry={reload} />}
      </CameraList>
    );
  const camera = id === 'new' ? { id: '', source: { url: '' } } : cameras.find((one) => one.id === id);
  if (!camera) return <NotFound />;
  return (
    <>
      {banner}
      <CameraEditor key={id} setup={data} camera={camera} isNew={id === 'new'} onSaved={reload} />
    </>
  );
}

/** What stands between what is saved and what runs. */
function Banner({ setup, onApplied }: { readonly setup: Setup; readonly onApplied: () => void }) {
  const { t } = useI18n();
  const errorText = useErrorText();
  const [state, setState] = useState<'idle' | 'working'>('idle');
  const [failure, setFailure] = useState<unknown>(null);
  const apply = (): void => {
    setState('working');
    setFailure(null);
    api
      .applySetup()
      .then(async () => {
        // The server itself starts again; asked until it answers.
        for (let tries = 0; tries < 60; tries++) {
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          const now = await api.setup().catch(() => null);
          if (now?.pending === 'none') break;
        }
        onApplied();
      })
      .catch((error: unknown) => setFailure(error))
      .finally(() => setState('idle'));
  };
  if (setup.readOnly !== null)
    return (
      <p className="banner" data-tone="warn">
        {t('setup.readOnly')}
      </p>
    );
  if (setup.pending === 'none') return null;
  return (
    <div className="banner" data-tone="warn" role="status">
      <Icon name="warning" size={18} />
      <span>
        {failure === null ? t(`setup.pending.${setup.pending}`) : errorText(failure)}{' '}
        {!setup.canRestart && t('setup.restartByHand')}
      </span>
      {setup.canRestart && (
        <button type="button" className="button small" disabled={state === 'working'} onClick={apply}>
          {t(state === 'working' ? 'setup.applying' : 'setup.apply')}
        </button>
      )}
    </div>
  );
}

function CameraList(props: {
  readonly setup: Setup;
  readonly cameras: readonly DraftCamera[];
  readonly onChanged: () => void;
  readonly children: React.ReactNode;
}) {
  const { t, name } = useI18n();
  const { cameras } = props;
  return (
    <div className="page">
      <PageHeader title={t('setup.title')}>
        <span className="muted">{t('setup.lead')}</span>
        <span className="spacer" />
        <Link className="button primary" to="/setup/new">
          <Icon name="plus" size={17} />
          {t('setup.add')}
        </Link>
      </PageHeader>
      {props.children}
      {cameras.length === 0 ? (
        <Notice icon="camera" title={t('wall.empty')} hint={t('setup.emptyHint')} />
      ) : (
        <TableScroll label={t('setup.title')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('case.camera')}</th>
                <th scope="col">{t('case.place')}</th>
                <th scope="col">{t('setup.url')}</th>
                <th scope="col">{t('camera.rules')}</th>
              </tr>
            </thead>
            <tbody>
              {cameras.map((camera) => (
                <tr key={camera.id}>
                  <th scope="row">
                    <Link className="text-link" to={`/setup/${encodeURIComponent(camera.id)}`}>
                      {camera.name || camera.id}
                    </Link>
                    {camera.enabled === false && <span className="sub">{t('setup.disabled')}</span>}
                  </th>
                  <td>{camera.place || '–'}</td>
                  <td>
                    <code className="break">{camera.source.url}</code>
                  </td>
                  <td>{(camera.rules ?? []).map(({ kind }) => name('kind', kind)).join(', ') || '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      <Versions sha256={props.setup.sha256} readOnly={props.setup.readOnly !== null} onRestored={props.onChanged} />
    </div>
  );
}
