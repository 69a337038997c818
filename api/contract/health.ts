import { type Static, Type } from '@sinclair/typebox';

const LastingFailure = Type.Union([Type.Object({ reason: Type.String(), at: Type.Number() }), Type.Null()], {
  description: 'The last failure, until the next success; epoch ms.',
});

/** How sealing fares, as the evidence processes last said. */
export const SealReadiness = Type.Object({
  signing: LastingFailure,
  bucket: Type.Union(
    [
      Type.Object({
        versioning: Type.Boolean(),
        objectLock: Type.Boolean(),
        lockDays: Type.Union([Type.Integer(), Type.Null()], { description: 'Null: new evidence is not locked.' }),
      }),
      Type.Null(),
    ],
    { description: 'What the bucket does against loss; null where the store is a folder.' },
  ),
  timeStamps: Type.Union(
    [
      Type.Object({ waiting: Type.Integer({ description: 'Cases without a stamp yet.' }), failure: LastingFailure }),
      Type.Null(),
    ],
    { description: 'Null where no authority is configured.' },
  ),
});
export type SealReadiness = Static<typeof SealReadiness>;
