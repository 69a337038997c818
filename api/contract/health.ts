import { type Static, Type } from '@sinclair/typebox';
import { DISK_STAGES } from '../../pipeline/process-report.ts';

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

/** The disk that recordings lie on, as the recording process last said. */
export const DiskReadiness = Type.Object({
  bytes: Type.Number(),
  freeBytes: Type.Number(),
  stage: Type.Union(
    DISK_STAGES.map((stage) => Type.Literal(stage)),
    {
      description:
        '`shortened`: recordings go before their time; `paused`: none are written. Evidence goes in neither.',
    },
  ),
  oldestAt: Type.Union([Type.Number(), Type.Null()], { description: 'Of the oldest recording; epoch ms.' }),
  keepHours: Type.Number({ description: 'How long recordings are to be kept (h).' }),
  reachHours: Type.Union([Type.Number(), Type.Null()], {
    description: 'How far back they will reach at their present rate (h); null: not known yet.',
  }),
});
export type DiskReadiness = Static<typeof DiskReadiness>;
