import { type Static, Type } from '@sinclair/typebox';

const LastingFailure = Type.Union([Type.Object({ reason: Type.String(), at: Type.Number() }), Type.Null()], {
  description: 'The last failure, until the next success; epoch ms.',
});

/** How sealing fares, as the evidence processes last said. */
export const SealReadiness = Type.Object({
  signing: LastingFailure,
  timeStamps: Type.Union(
    [
      Type.Object({ waiting: Type.Integer({ description: 'Cases without a stamp yet.' }), failure: LastingFailure }),
      Type.Null(),
    ],
    { description: 'Null where no authority is configured.' },
  ),
});
export type SealReadiness = Static<typeof SealReadiness>;
