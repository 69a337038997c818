import { type SyntheticEvent, useCallback, useEffect, useMemo, useState } from 'react';
import { api } from '../../api-client.ts';
import { ErrorBox } from '../../components/error-box.tsx';
import { Icon, type IconName } from '../../components/icons.tsx';
import { PartState, useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import type { MessageKey } from '../../i18n/vi.ts';
import { useResource } from '../../use-resource.ts';
import { Turning } from './turning.ts';

/** At full speed a picture that is seconds behind is turned past what was wanted. */
const SPEED = 0.4;

type Direction = {
  readonly id: string;
  readonly icon: IconName;
  readonly label: MessageKey;
  readonly velocity: { readonly pan: number; readonly tilt: number; readonly zoom: number };
};
const DIRECTIONS: readonly Direction[] = [
  { id: 'up', icon: 'up', label: 'ptz.up', velocity: { pan: 0, tilt: SPEED, zoom: 0 } },
  { id: 'left', icon: 'left', label: 'ptz.left', velocity: { pan: -SPEED, tilt: 0, zoom: 0 } },
  { id: 'right', icon: 'right', label: 'ptz.right', velocity: { pan: SPEED, tilt: 0, zoom: 0 } },
  { id: 'down', icon: 'down', label: 'ptz.down', velocity: { pan: 0, tilt: -SPEED, zoom: 0 } },
  { id: 'nearer', icon: 'plus', label: 'ptz.nearer', velocity: { pan: 0, tilt: 0, zoom: SPEED } },
  { id: 'wider', icon: 'minus', label: 'ptz.wider', velocity: { pan: 0, tilt: 0, zoom: -SPEED } },
];

/** Turns a camera for as long as a button is held, by mouse, finger or key, and sends it to positions stored in it. */
export function PtzPad({ cameraId }: { readonly cameraId: string }) {
  const { t } = useI18n();
  const errorText = useErrorText();
  const [error, setError] = useState<unknown>(null);
  const [held, setHeld] = useState<string | null>(null);
  const turning = useMemo(() => new Turning((act) => api.turnCamera(cameraId, act), setError), [cameraId]);
  const release = useCallback(() => {
    setHeld(null);
    turning.stop();
  }, [turning]);
  useEffect(() => {
    addEventListener('blur', release);
    return () => {
      removeEventListener('blur', release);
      turning.stop();
    };
  }, [release, turning]);
  const press = ({ id, velocity }: Direction): void => {
    setError(null);
    setHeld(id);
    turning.start({ act: 'move', ...velocity });
  };
  const isHoldKey = (key: string): boolean => key === ' ' || key === 'Enter';
  return (
    <section className="card ptz" aria-labelledby="ptz">
      <h3 id="ptz">{t('ptz.title')}</h3>
      <div className="ptz-pad">
        {DIRECTIONS.map((direction) => (
          <button
            key={direction.id}
            type="button"
            className="button icon-only"
            style={{ gridArea: direction.id }}
            data-held={held === direction.id || undefined}
            aria-label={t(direction.label)}
            title={t(direction.label)}
            onPointerDown={(event) => {
              if (event.button !== 0) return;
              // Let go of outside the button, too, it must stop.
              event.currentTarget.setPointerCapture(event.pointerId);
              press(direction);
            }}
            onLostPointerCapture={release}
            onKeyDown={(event) => {
              if (!isHoldKey(event.key)) return;
              event.preventDefault();
              if (!event.repeat) press(direction);
            }}
            onKeyUp={(event) => isHoldKey(event.key) && release()}
            onBlur={() => held !== null && release()}
            onContextMenu={(event) => event.preventDefault()}
          >
            <Icon name={direction.icon} />
          </button>
        ))}
      </div>
      <Presets cameraId={cameraId} onGo={(token) => turning.start({ act: 'preset', token })} />
      {error !== null && <ErrorBox>{errorText(error)}</ErrorBox>}
      <p className="hint">{t('ptz.hint')}</p>
    </section>
  );
}

function Presets(props: { readonly cameraId: string; readonly onGo: (token: string) => void }) {
  const { cameraId } = props;
  const { t } = useI18n();
  const load = useCallback((signal: AbortSignal) => api.ptzPresets(cameraId, signal), [cameraId]);
  const stored = useResource(load);
  const { data } = stored;
  const [chosen, setChosen] = useState('');
  if (!data) return <PartState of={stored} />;
  const first = data.presets[0];
  if (!first) return <p className="muted">{t('ptz.noPresets')}</p>;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    props.onGo(chosen || first.token);
  };
  return (
    <form className="ptz-presets" onSubmit={submit}>
      <select aria-label={t('ptz.preset')} value={chosen} onChange={(event) => setChosen(event.target.value)}>
        {data.presets.map(({ token, name }) => (
          <option key={token} value={token}>
            {name || token}
          </option>
        ))}
      </select>
      <button type="submit" className="button small">
        {t('ptz.go')}
      </button>
    </form>
  );
}
