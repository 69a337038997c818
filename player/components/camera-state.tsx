import type { Camera } from '../../api/contract/cameras.ts';
import type { CameraState } from '../../pipeline/live.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { hasName } from '../i18n/translate.ts';

type State = Camera['state'];

/** Newest of what the list said and what came live since. */
export function withLiveState(camera: Camera, live: CameraState | undefined): Camera {
  if (!live) return camera;
  const { state, cause, detail, fault, since, frames } = live;
  const counts = { ...frames, dropped: { ...frames.dropped } };
  return { ...camera, state, cause, detail, fault: fault ?? null, since, frames: counts };
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

/** Why a stretch was not recorded, in the reader's language where the cause is a known one. */
export function useGapCause(): (cause: string) => string {
  const { name } = useI18n();
  return (cause) => {
    const code = cause.split(': ')[0] ?? '';
    if (hasName('cause', code)) return name('cause', code);
    return hasName('gap', cause) ? name('gap', cause) : cause;
  };
}

/** Why a camera does not see and what to do, in the reader's language where the cause is a known one. */
export function useCause(): (camera: Camera) => string | null {
  const { t, name, language } = useI18n();
  return ({ cause, detail, fault }) => {
    if (fault !== null && fault !== 'other') return t(`setup.fault.${fault}`);
    if (cause === null || !hasName('cause', cause)) return detail ?? cause;
    return detail === null || language === 'vi' ? name('cause', cause) : detail;
  };
}
