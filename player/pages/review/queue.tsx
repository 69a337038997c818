import { memo, useEffect, useRef } from 'react';
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
  const { t, ago } = useI18n();
  const { username } = useSession();
  const now = useNow(10_000);
  return (
    <nav className="queue" aria-label={t('review.queue')}>
      <ul>
        {props.cases.map((one) => (
          <Entry
            key={one.id}
            one={one}
            isSelected={one.id === props.selectedId}
            holder={one.claimedBy !== null && one.claimedBy !== username ? one.claimedBy : null}
            age={ago(one.triggerAt, now)}
            onSelect={props.onSelect}
          />
        ))}
      </ul>
    </nav>
  );
}

/** Apart and remembered: hundreds of them stand in the way between a key and the next picture. */
const Entry = memo(function Entry(props: {
  readonly one: CaseSummary;
  readonly isSelected: boolean;
  readonly holder: string | null;
  readonly age: string;
  readonly onSelect: (id: string) => void;
}) {
  const { name } = useI18n();
  const { one, isSelected, holder } = props;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isSelected) button.current?.scrollIntoView({ block: 'nearest' });
  }, [isSelected]);
  return (
    <li>
      <button
        type="button"
        data-case={one.id}
        ref={button}
        aria-current={isSelected ? 'true' : undefined}
        onClick={() => props.onSelect(one.id)}
      >
        <span className="thumb">
          {one.thumbnail ? <img src={one.thumbnail} alt="" loading="lazy" decoding="async" /> : <Icon name="camera" />}
        </span>
        <span className="queue-text">
          <strong>{name('kind', one.kind)}</strong>
          <span>{one.cameraName}</span>
          <span className="queue-age">
            {holder === null ? (
              props.age
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
});
