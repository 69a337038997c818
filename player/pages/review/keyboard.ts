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

/** What a key means on the review page, or null when it means nothing there and belongs to the browser. */
export function toAction(press: KeyPress, mode: Mode): Action | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.key === 'Escape') return mode === 'idle' ? null : { do: 'cancel' };
  if (mode !== 'idle') return toReason(press, mode);
  const digit = toDigit(press);
  if (digit === 1) return { do: 'confirm' };
  switch (press.key.toLowerCase()) {
    case 'a':
      return { do: 'confirm' };
    case 'r':
      return { do: 'startReject' };
    case 'e':
      return { do: 'startExempt' };
    case 'u':
      return { do: 'unsure' };
    case 'z':
      return { do: 'undo' };
    case 'n':
    case 'j':
      return { do: 'next' };
    case 'k':
      return { do: 'previous' };
    case ' ':
      return { do: 'play' };
    case 'arrowleft':
      return { do: 'seek', seconds: -1 };
    case 'arrowright':
      return { do: 'seek', seconds: 1 };
    case ',':
      return { do: 'step', frames: -1 };
    case '.':
      return { do: 'step', frames: 1 };
    case 'o':
      return { do: 'overlay' };
    case '?':
      return { do: 'help' };
    default:
      return null;
  }
}

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
