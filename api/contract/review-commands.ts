/**
 * What can be done by a key on the review page, and the key that does it unless somebody chose another.
 * Without TypeBox, for the pages.
 */
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

/** Keys that a person chose; what is not here has its default. */
type ChosenKeys = { readonly [Command in ReviewCommand]?: string };

/** The key of every command. */
export const keysOf = (chosen: ChosenKeys): Record<ReviewCommand, string> => ({ ...DEFAULT_REVIEW_KEYS, ...chosen });

/** Two commands that one key would do, or null. */
export const findConflict = (chosen: ChosenKeys): readonly [ReviewCommand, ReviewCommand] | null => {
  const keys = keysOf(chosen);
  for (const [index, command] of REVIEW_COMMANDS.entries()) {
    const other = REVIEW_COMMANDS.slice(0, index).find((one) => keys[one] === keys[command]);
    if (other) return [other, command];
  }
  return null;
};
