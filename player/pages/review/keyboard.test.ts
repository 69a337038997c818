import { describe, expect, test } from 'vitest';
import { EXEMPT_REASONS, REJECT_REASONS } from '../../../pipeline/review.ts';
import { findConflict, keysOf } from '../../../api/contract/review-commands.ts';
import { changeKey, EXEMPT_CHOICES, type KeyPress, type Mode, REJECT_CHOICES, toAction } from './keyboard.ts';

const press = (key: string, extra: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...extra,
});
const idle: Mode = 'idle';

describe('keys of the review page', () => {
  test.each(['a', 'A', '1'])('%s confirms', (key) => {
    expect(toAction(press(key), idle)).toEqual({ do: 'confirm' });
  });

  test('R, then a number, rejects with that reason', () => {
    expect(toAction(press('r'), idle)).toEqual({ do: 'startReject' });
    expect(toAction(press('3'), 'rejecting')).toEqual({ do: 'reject', reason: 'not_visible' });
  });

  test('E, then a number, exempts with that reason', () => {
    expect(toAction(press('e'), idle)).toEqual({ do: 'startExempt' });
    expect(toAction(press('1'), 'exempting')).toEqual({ do: 'exempt', reason: 'emergency_vehicle' });
  });

  test('1 is a reason, not a confirmation, once R was pressed', () => {
    expect(toAction(press('1'), 'rejecting')).toEqual({ do: 'reject', reason: 'no_violation' });
  });

  test('while a reason is asked for no letter decides anything', () => {
    const letters = Array.from('aruznjkeo?,. ');
    expect(letters.map((key) => toAction(press(key), 'rejecting'))).toEqual(letters.map(() => null));
  });

  test('a number without a reason does nothing', () => {
    expect(toAction(press('9'), 'rejecting')).toBeNull();
    expect(toAction(press('6'), 'exempting')).toBeNull();
  });

  test('Escape leaves the choice of a reason', () => {
    expect(toAction(press('Escape'), 'rejecting')).toEqual({ do: 'cancel' });
    expect(toAction(press('Escape'), idle)).toBeNull();
  });

  test('the digit row works on a layout that has letters there', () => {
    expect(toAction(press('â', { code: 'Digit2' }), 'rejecting')).toEqual({ do: 'reject', reason: 'wrong_object' });
  });

  test('the browser keeps its own shortcuts', () => {
    expect(toAction(press('r', { ctrlKey: true }), idle)).toBeNull();
    expect(toAction(press('a', { metaKey: true }), idle)).toBeNull();
    expect(toAction(press('ArrowLeft', { altKey: true }), idle)).toBeNull();
  });

  test('arrows move a second, comma and full stop a frame', () => {
    expect(toAction(press('ArrowLeft'), idle)).toEqual({ do: 'seek', seconds: -1 });
    expect(toAction(press('.'), idle)).toEqual({ do: 'step', frames: 1 });
  });

  test('every reason that the server knows has a number', () => {
    expect(REJECT_CHOICES).toEqual(REJECT_REASONS);
    expect(EXEMPT_CHOICES).toEqual(EXEMPT_REASONS);
  });
});

describe('keys that somebody chose', () => {
  test('the new key does it, the old one no longer', () => {
    const change = changeKey({}, 'confirm', press('X'));
    expect(change).toEqual({ keys: { confirm: 'x' } });
    const keys = keysOf({ confirm: 'x' });
    expect(toAction(press('x'), idle, keys)).toEqual({ do: 'confirm' });
    expect(toAction(press('a'), idle, keys)).toBeNull();
  });

  test('a key that does something else already is refused, with what it does', () => {
    expect(changeKey({}, 'confirm', press('r'))).toEqual({ refused: 'taken', by: 'startReject' });
    expect(changeKey({ unsure: 'x' }, 'confirm', press('x'))).toEqual({ refused: 'taken', by: 'unsure' });
    // U is free once "unsure" has moved away.
    expect(changeKey({ unsure: 'x' }, 'confirm', press('u'))).toEqual({ keys: { unsure: 'x', confirm: 'u' } });
  });

  test.each(['1', '9', 'Escape', 'Tab', 'Enter', 'F5', 'Shift'])('%s cannot be chosen', (key) => {
    expect(changeKey({}, 'confirm', press(key))).toEqual({ refused: 'reserved' });
  });

  test('the default key chosen again is the default', () => {
    expect(changeKey({ confirm: 'x' }, 'confirm', press('a'))).toEqual({ keys: {} });
  });

  test('J goes on only while nobody chose it for something else', () => {
    expect(toAction(press('j'), idle)).toEqual({ do: 'next' });
    expect(toAction(press('j'), idle, keysOf({ overlay: 'j' }))).toEqual({ do: 'overlay' });
  });

  test('two commands on one key are found', () => {
    expect(findConflict({})).toBeNull();
    expect(findConflict({ overlay: 'a' })).toEqual(['confirm', 'overlay']);
  });
});
