import { useEffect, useRef } from 'react';
import { Icon } from '../../components/icons.tsx';
import type { Custody } from '../../../api/contract/custody.ts';
import { keysOf, type ReviewCommand } from '../../../api/contract/review-commands.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session.ts';
import { type Action, EXEMPT_CHOICES, keyName, type Mode, REJECT_CHOICES } from './keyboard.ts';
import type { Claim } from './use-review.ts';

type VerdictBarProps = {
  readonly mode: Mode;
  readonly ready: boolean;
  readonly canUndo: boolean;
  readonly claim: Claim;
  readonly keepDays: Custody['dismissedDays'];
  readonly onAction: (action: Action) => void;
};

/** The verdicts, each with its key; after "reject" and "exempt" the reasons, each with its number. */
export function VerdictBar(props: VerdictBarProps) {
  const { mode, keepDays, onAction } = props;
  return (
    <div className="verdict-bar" data-mode={mode}>
      {mode === 'rejecting' ? (
        <Reasons
          title="review.chooseReject"
          choices={REJECT_CHOICES.map((reason) => ({ reason, action: { do: 'reject', reason } }))}
          keepDays={keepDays?.rejected ?? null}
          onAction={onAction}
        />
      ) : mode === 'exempting' ? (
        <Reasons
          title="review.chooseExempt"
          choices={EXEMPT_CHOICES.map((reason) => ({ reason, action: { do: 'exempt', reason } }))}
          keepDays={keepDays?.exempt ?? null}
          onAction={onAction}
        />
      ) : (
        <Verdicts {...props} />
      )}
    </div>
  );
}

function Verdicts({ ready, canUndo, claim, onAction }: VerdictBarProps) {
  const { t, format } = useI18n();
  const keys = keysOf(useSession().reviewKeys);
  /** As the browser names keys for whoever has the page read out. */
  const shortcut = (command: ReviewCommand): string => (keys[command] === ' ' ? 'Space' : keys[command].toUpperCase());
  const key = (command: ReviewCommand) => <kbd>{keyName(keys[command], t('keys.space'))}</kbd>;
  return (
    <>
      <div className="verdicts">
        <button
          type="button"
          className="verdict"
          data-verdict="confirmed"
          disabled={!ready}
          aria-keyshortcuts={`${shortcut('confirm')} 1`}
          onClick={() => onAction({ do: 'confirm' })}
        >
          <Icon name="check" />
          {t('review.confirm')}
          {key('confirm')}
        </button>
        <button
          type="button"
          className="verdict"
          data-verdict="rejected"
          disabled={!ready}
          aria-keyshortcuts={shortcut('startReject')}
          onClick={() => onAction({ do: 'startReject' })}
        >
          <Icon name="cross" />
          {t('review.reject')}
          {key('startReject')}
        </button>
        <button
          type="button"
          className="verdict"
          data-verdict="exempt"
          disabled={!ready}
          aria-keyshortcuts={shortcut('startExempt')}
          onClick={() => onAction({ do: 'startExempt' })}
        >
          <Icon name="exempt" />
          {t('review.exempt')}
          {key('startExempt')}
        </button>
        <button
          type="button"
          className="verdict"
          data-verdict="unsure"
          disabled={!ready}
          aria-keyshortcuts={shortcut('unsure')}
          onClick={() => onAction({ do: 'unsure' })}
        >
          <Icon name="question" />
          {t('review.unsure')}
          {key('unsure')}
        </button>
      </div>
      <div className="moves">
        {claim.state === 'held' && (
          <span className="lease muted">{t('review.lease', { time: format.time(claim.leaseUntil) })}</span>
        )}
        <button
          type="button"
          className="button"
          disabled={!canUndo}
          aria-keyshortcuts={shortcut('undo')}
          onClick={() => onAction({ do: 'undo' })}
        >
          <Icon name="undo" size={17} />
          <span className="move-text">{t('review.undo')}</span>
          {key('undo')}
        </button>
        <button
          type="button"
          className="button"
          aria-keyshortcuts={shortcut('previous')}
          onClick={() => onAction({ do: 'previous' })}
        >
          <Icon name="left" size={17} />
          <span className="move-text">{t('review.previous')}</span>
          {key('previous')}
        </button>
        <button
          type="button"
          className="button"
          aria-keyshortcuts={shortcut('next')}
          onClick={() => onAction({ do: 'next' })}
        >
          <span className="move-text">{t('review.next')}</span>
          {key('next')}
          <Icon name="right" size={17} />
        </button>
      </div>
    </>
  );
}

function Reasons(props: {
  readonly title: 'review.chooseReject' | 'review.chooseExempt';
  readonly choices: readonly { readonly reason: string; readonly action: Action }[];
  /** How long clip and pictures then stay; null: for good. */
  readonly keepDays: number | null;
  readonly onAction: (action: Action) => void;
}) {
  const { t, name, format } = useI18n();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    first.current?.focus();
  }, []);
  return (
    <div className="reasons" role="group" aria-label={t(props.title)}>
      <strong>{t(props.title)}</strong>
      {props.keepDays !== null && (
        <span className="muted">{t('custody.dismissed', { days: format.number(props.keepDays) })}</span>
      )}
      <div className="reason-list">
        {props.choices.map(({ reason, action }, index) => (
          <button
            key={reason}
            ref={index === 0 ? first : null}
            type="button"
            className="button"
            aria-keyshortcuts={String(index + 1)}
            onClick={() => props.onAction(action)}
          >
            <kbd>{index + 1}</kbd>
            {name('reason', reason)}
          </button>
        ))}
        <button type="button" className="button quiet" onClick={() => props.onAction({ do: 'cancel' })}>
          <kbd>Esc</kbd>
          {t('review.cancel')}
        </button>
      </div>
    </div>
  );
}
