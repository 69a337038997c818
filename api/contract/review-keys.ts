import { type Static, Type } from '@sinclair/typebox';

/** What can be done by a key on the review page, and the key that does it unless somebody chose another. */
export const DEFAULT_REVIEW_KEYS = {
  confirm: 'a',
  startReject: 'r',
  startExempt: 'e',
  unsure: 'u',
  undo: 'z',
  next: 'n',
  previous: 'k',
  play: ' ',
  secondBack: 'ArrowLeft',
  secondOn: 'ArrowRight',
  frameBack: ',',
  frameOn: '.',
  overlay: 'o',
  help: '?',
} as const;
export type ReviewCommand = keyof typeof DEFAULT_REVIEW_KEYS;
export const REVIEW_COMMANDS = Object.keys(DEFAULT_REVIEW_KEYS) as ReviewCommand[];

/** Numbers are reasons; Escape, Tab and Enter are the browser's. One character (letters small), or a named key. */
const Key = Type.String({ pattern: '^([^1-9A-Z]|ArrowLeft|ArrowRight|ArrowUp|ArrowDown|PageUp|PageDown|Home|End)$' });

/** Keys of the review page that a person chose, by command; what is not here has its default. */
export const ReviewKeys = Type.Partial(
  Type.Object(
    Object.fromEntries(REVIEW_COMMANDS.map((command) => [command, Key])) as Record<ReviewCommand, typeof Key>,
  ),
  { additionalProperties: false },
);
export type ReviewKeys = Static<typeof ReviewKeys>;

/** `PUT /api/session/keys`: replaces all; empty gives the defaults back. */
export const ReviewKeysChange = Type.Object({ keys: ReviewKeys }, { additionalProperties: false });
export type ReviewKeysChange = Static<typeof ReviewKeysChange>;

/** The key of every command. */
export const keysOf = (chosen: ReviewKeys): Record<ReviewCommand, string> => ({ ...DEFAULT_REVIEW_KEYS, ...chosen });

/** Two commands that one key would do, or null. */
export const findConflict = (chosen: ReviewKeys): readonly [ReviewCommand, ReviewCommand] | null => {
  const keys = keysOf(chosen);
  for (const [index, command] of REVIEW_COMMANDS.entries()) {
    const other = REVIEW_COMMANDS.slice(0, index).find((one) => keys[one] === keys[command]);
    if (other) return [other, command];
  }
  return null;
};
