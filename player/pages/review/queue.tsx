import { useEffect, useRef } from 'react';
import type { CaseSummary } from '../../../api/contract/cases.ts';
import { Icon } from '../../components/icons.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session.ts';
import { useNow } from '../../use-now.ts';

/** The open cases, oldest first; the one on the stage stays in sight. */
export function Queue(props: {
  readonly cases: readonly CaseSummary[];
  readonly selectedId: string;
  readonly onSelect: (id: string) => void;
}) {
  const { t, name, ago } = useI18n();
  const { username } = useSession();
  const now = useNow(10_000);
  const selected = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    selected.current?.scrollIntoView({ block: 'nearest' });
  }, [props.selectedId]);

  return (
    <nav className="queue" aria-label={t('review.queue')}>
      <ul>
        {props.cases.map((one) => {
          const isSelected = one.id === props.selectedId;
          const holder = one.claimedBy !== null && one.claimedBy !== username ? one.claimedBy : null;
          return (
            <li key={one.id}>
              <button
                type="button"
                data-case={one.id}
                ref={isSelected ? selected : null}
                aria-current={isSelected ? 'true' : undefined}
                onClick={() => props.onSelect(one.id)}
              >
                <span className="thumb">
                  {one.thumbnail ? (
                    <img src={one.thumbnail} alt="" loading="lazy" decoding="async" />
                  ) : (
                    <Icon name="camera" />
                  )}
                </span>
                <span className="queue-text">
                  <strong>{name('kind', one.kind)}</strong>
                  <span>{one.cameraName}</span>
                  <span className="queue-age">
                    {holder === null ? (
                      ago(one.triggerAt, now)
                    ) : (
                      <>
                        <Icon name="lock" size={12} />
                        {holder}
                      </>
                    )}
                  </span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
