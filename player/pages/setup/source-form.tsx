import { useId, useState } from 'react';
import type { ProbeResult } from '../../../api/contract/setup.ts';
import { api } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import type { Draft, DraftCamera } from './draft.ts';

/** Name, place, unit and address of a camera, with a test of the address. */
export function SourceForm(props: {
  readonly draft: Draft;
  readonly isNew: boolean;
  readonly detectors: readonly string[];
  readonly onPicture: (picture: string) => void;
}) {
  const { t } = useI18n();
  const errorText = useErrorText();
  const id = useId();
  const { camera, change } = props.draft;
  const [probing, setProbing] = useState(false);
  const [result, setResult] = useState<ProbeResult | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  const text = (key: 'name' | 'place' | 'group', label: string) => (
    <div className="field" key={key}>
      <label htmlFor={`${id}-${key}`}>{label}</label>
      <input
        id={`${id}-${key}`}
        value={camera[key] ?? ''}
        onChange={(event) => change({ [key]: event.target.value }, `text ${key}`)}
      />
    </div>
  );
  const probe = (): void => {
    setProbing(true);
    setResult(null);
    setFailure(null);
    const { url, transport } = camera.source;
    const way = transport === 'tcp' || transport === 'udp' ? transport : 'auto';
    api
      .probe({ url, transport: way, ...(props.isNew ? {} : { cameraId: camera.id }) })
      .then(
        (found) => {
          setResult(found);
          if (found.ok) props.onPicture(found.picture);
        },
        (error: unknown) => setFailure(error),
      )
      .finally(() => setProbing(false));
  };

  return (
    <div className="form">
      {props.isNew && (
        <div className="field">
          <label htmlFor={`${id}-id`}>{t('setup.id')}</label>
          <input
            id={`${id}-id`}
            required
            pattern="[a-z0-9][a-z0-9\-]{0,62}"
            autoComplete="off"
            aria-describedby={`${id}-id-hint`}
            value={camera.id}
            onChange={(event) => change({ id: event.target.value }, 'text id')}
          />
          <p className="hint" id={`${id}-id-hint`}>
            {t('setup.idHint')}
          </p>
        </div>
      )}
      <div className="field">
        <label htmlFor={`${id}-url`}>{t('setup.url')}</label>
        <input
          id={`${id}-url`}
          required
          spellCheck={false}
          autoComplete="off"
          placeholder="rtsp://user:password@10.0.0.2:554/stream1"
          aria-describedby={`${id}-url-hint`}
          value={camera.source.url}
          onChange={(event) => change({ source: { ...camera.source, url: event.target.value } }, 'text url')}
        />
        <p className="hint" id={`${id}-url-hint`}>
          {t('setup.urlHint')}
        </p>
      </div>
      <div className="row">
        <button type="button" className="button" disabled={probing || camera.source.url === ''} onClick={probe}>
          <Icon name="camera" size={17} />
          {t(probing ? 'setup.probing' : 'setup.probe')}
        </button>
        <label className="inline">
          <span>{t('setup.transport')}</span>
          <select
            value={camera.source.transport ?? 'auto'}
            onChange={(event) => change({ source: { ...camera.source, transport: event.target.value } })}
          >
            {['auto', 'tcp', 'udp'].map((one) => (
              <option key={one} value={one}>
                {one === 'auto' ? t('setup.auto') : one.toUpperCase()}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div aria-live="polite">
        {result?.ok === true && (
          <p className="good-box">
            <Icon name="check" size={18} />
            {t('setup.probed', {
              codec: result.codec,
              width: result.width,
              height: result.height,
              fps: result.fps ?? '?',
            })}
          </p>
        )}
        {result?.ok === false && (
          <div className="error-box">
            <Icon name="warning" size={18} />
            <div>
              {t(`setup.fault.${result.fault}`)}
              {result.detail && (
                <details>
                  <summary>{t('setup.technical')}</summary>
                  <code className="sub break" lang="en">
                    {result.detail}
                  </code>
                </details>
              )}
            </div>
          </div>
        )}
        {failure !== null && <p className="error-box">{errorText(failure)}</p>}
      </div>
      {text('name', t('setup.name'))}
      {text('place', t('case.place'))}
      {text('group', t('camera.group'))}
      <div className="row">
        <label className="inline">
          <input
            type="checkbox"
            checked={camera.enabled ?? true}
            onChange={(event) => change({ enabled: event.target.checked })}
          />
          {t('setup.enabled')}
        </label>
        <label className="inline">
          <input
            type="checkbox"
            checked={camera.analysis !== undefined}
            disabled={props.detectors.length === 0}
            onChange={(event) =>
              change({
                analysis: event.target.checked ? { detector: props.detectors[0] ?? 'road' } : undefined,
              } as Partial<DraftCamera>)
            }
          />
          {t('setup.analysed')}
        </label>
        {camera.analysis && (
          <label className="inline">
            <span>{t('setup.fps')}</span>
            <input
              type="number"
              min={0.2}
              max={30}
              step="any"
              placeholder="5"
              value={camera.analysis.fps ?? ''}
              onChange={(event) => {
                const rest = Object.fromEntries(Object.entries(camera.analysis ?? {}).filter(([key]) => key !== 'fps'));
                const typed = event.target.value === '' ? {} : { fps: event.target.valueAsNumber };
                change({ analysis: { ...rest, ...typed } }, 'text fps');
              }}
            />
          </label>
        )}
      </div>
    </div>
  );
}
