import { type Static, Type } from '@sinclair/typebox';

/** `POST /api/cameras/:id/signals/:signal`: sent at every change, and at least every few seconds in between. */
export const SignalState = Type.Object(
  {
    state: Type.Union([Type.Literal('red'), Type.Literal('yellow'), Type.Literal('green'), Type.Literal('off')]),
    since: Type.Optional(
      Type.Integer({
        description:
          'Since when it shows this, epoch milliseconds. Left out: since it was first told so, the time of the request.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type SignalState = Static<typeof SignalState>;

export const TakenSignal = Type.Object({ state: SignalState.properties.state, since: Type.Number() });
