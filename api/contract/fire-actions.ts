import { type Static, Type } from '@sinclair/typebox';
import { FIRE_ACTIONS } from './fire-action-names.ts';

const Action = Type.Union(FIRE_ACTIONS.map((action) => Type.Literal(action)));

/** `POST /api/incidents/:id/actions` */
export const FireActionRequest = Type.Object(
  { action: Action, note: Type.Optional(Type.String({ maxLength: 500, description: 'Who went, what was found.' })) },
  { additionalProperties: false },
);
export type FireActionRequest = Static<typeof FireActionRequest>;

export const FireAction = Type.Object({ action: Action, by: Type.String(), at: Type.Number(), note: Type.String() });
export type FireAction = Static<typeof FireAction>;
