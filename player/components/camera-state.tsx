import type { Camera } from '../../api/contract/cameras.ts';
import type { CameraState } from '../../pipeline/live.ts';
import { useI18n } from '../i18n/i18n.tsx';

type State = Camera['state'];

/** Newest of what the list said and what came live since. */
export function withLiveState(camera: Camera, live: CameraState | undefined): Camera {
  if (!live) return camera;
  const { state, cause, detail, since, frames } = live;
  return { ...camera, state, cause, detail, since, frames: { ...frames, dropped: { ...frames.dropped } } };
}

/** State in a coloured dot and in words: colour alone would not reach everybody. */
export function StateBadge({ state }: { readonly state: State }) {
  const { t } = useI18n();
  return (
    <span className="badge" data-state={state}>
      <span className="dot" aria-hidden="true" />
      {t(`camera.state.${state}`)}
    </span>
  );
}
