import {
  DEFAULT_REVIEW_KEYS,
  keysOf,
  REVIEW_COMMANDS,
  type ReviewCommand,
} from '../../../api/contract/review-commands.ts';
import type { ReviewKeys } from '../../../api/contract/review-keys.ts';
import type { EXEMPT_REASONS, REJECT_REASONS } from '../../../pipeline/review.ts';

export type RejectReason = (typeof REJECT_REASONS)[number];
export type ExemptReason = (typeof EXEMPT_REASONS)[number];

/** In the order of their numbers on the keyboard. */
export const REJECT_CHOICES: readonly RejectReason[] = [
  'no_violation',
  'wrong_object',
  'not_visible',
  'plate_unreadable',
  'signal_unclear',
  'police_direction',
  'duplicate',
  'test',
];
export const EXEMPT_CHOICES: readonly ExemptReason[] = [
  'emergency_vehicle',
  'child_under_6',
  'medical_emergency',
  'escort',
  'permit',
];

/** `choosing`: R or E was pressed and the next number is the reason. */
export type Mode = 'idle' | 'rejecting' | 'exempting';

export type Action =
  | { readonly do: 'confirm' | 'unsure' | 'undo' | 'next' | 'previous' | 'play' | 'overlay' | 'help' | 'cancel' }
  | { readonly do: 'startReject' | 'startExempt' }
  | { readonly do: 'reject'; readonly reason: RejectReason }
  | { readonly do: 'exempt'; readonly reason: ExemptReason }
  | { readonly do: 'seek'; readonly seconds: number }
  | { readonly do: 'step'; readonly frames: number };

export type KeyPress = {
  readonly key: string;
  /** Physical key, so that digits work on layouts and input methods that put other signs there. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
};

const ACTIONS: Readonly<Record<ReviewCommand, Action>> = {
  confirm: { do: 'confirm' },
  startReject: { do: 'startReject' },
  startExempt: { do: 'startExempt' },
  unsure: { do: 'unsure' },
  undo: { do: 'undo' },
  next: { do: 'next' },
  previous: { do: 'previous' },
  play: { do: 'play' },
  secondBack: { do: 'seek', seconds: -1 },
  secondOn: { do: 'seek', seconds: 1 },
  frameBack: { do: 'step', frames: -1 },
  frameOn: { do: 'step', frames: 1 },
  overlay: { do: 'overlay' },
  help: { do: 'help' },
};

/** A key as it is kept: letters small. */
export const toKey = ({ key }: Pick<KeyPress, 'key'>): string => (key.length === 1 ? key.toLowerCase() : key);

/**
 * What a key means on the review page, or null when it means nothing there and belongs to the browser.
 * @param keys the key of every command
 */
export function toAction(press: KeyPress, mode: Mode, keys = keysOf({})): Action | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.key === 'Escape') return mode === 'idle' ? null : { do: 'cancel' };
  if (mode !== 'idle') return toReason(press, mode);
  // One hand on the numbers: 1 confirms, as it picks the first reason.
  if (toDigit(press) === 1) return ACTIONS.confirm;
  const key = toKey(press);
  const command = REVIEW_COMMANDS.find((one) => keys[one] === key);
  if (command) return ACTIONS[command];
  // As in readers of mail, unless somebody chose J for something else.
  return key === 'j' ? ACTIONS.next : null;
}

/** What a person chose after one key was changed, or why it cannot be. */
export type KeyChange =
  | { readonly keys: ReviewKeys }
  | { readonly refused: 'reserved' }
  | { readonly refused: 'taken'; readonly by: ReviewCommand };

/** Keys that are kept for reasons, fields and windows. */
const RESERVED = /^([1-9]|Escape|Tab|Enter|Backspace|Delete)$/;
const NAMED = /^(ArrowLeft|ArrowRight|ArrowUp|ArrowDown|PageUp|PageDown|Home|End)$/;

export function changeKey(chosen: ReviewKeys, command: ReviewCommand, press: KeyPress): KeyChange {
  const key = toKey(press);
  if (RESERVED.test(key) || toDigit(press) !== null || (key.length > 1 && !NAMED.test(key)))
    return { refused: 'reserved' };
  const keys = keysOf(chosen);
  const by = REVIEW_COMMANDS.find((one) => one !== command && keys[one] === key);
  if (by) return { refused: 'taken', by };
  const rest = Object.fromEntries(Object.entries(chosen).filter(([one]) => one !== command)) as ReviewKeys;
  return { keys: DEFAULT_REVIEW_KEYS[command] === key ? rest : { ...rest, [command]: key } };
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
};
/** A key as it stands on the keyboard. @param space the word for the space bar */
export const keyName = (key: string, space: string): string =>
  key === ' ' ? space : (SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key));

function toReason(press: KeyPress, mode: 'rejecting' | 'exempting'): Action | null {
  const digit = toDigit(press);
  if (digit === null) return null;
  if (mode === 'rejecting') {
    const reason = REJECT_CHOICES[digit - 1];
    return reason ? { do: 'reject', reason } : null;
  }
  const reason = EXEMPT_CHOICES[digit - 1];
  return reason ? { do: 'exempt', reason } : null;
}

/** The Vietnamese layout has letters on the digit row, so the key's place counts there. */
function toDigit({ key, code }: KeyPress): number | null {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1] ?? /^[1-9]$/.exec(key)?.[0];
  return digit === undefined ? null : Number(digit);
}
