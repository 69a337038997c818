import { type Static, Type } from '@sinclair/typebox';
import { REVIEW_COMMANDS, type ReviewCommand } from './review-commands.ts';

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
