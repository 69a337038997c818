import type { ModelEntry } from './manifest.ts';

/** The 80 classes of COCO 2017 in the usual contiguous order. */
export const COCO80 = (
  'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,' +
  'bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,' +
  'snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,' +
  'fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,' +
  'potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,' +
  'refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush'
).split(',');

/**
 * The classes of a model that Watchpost looks at. Decoders choose the best class among these only: a lorry that the
 * model takes for a train at 0.5 and for a truck at 0.4 stays a truck at 0.4.
 */
export type ClassTable = {
  /** Number of classes in the model's output. */
  readonly count: number;
  /** Output indices that are kept. */
  readonly kept: Int32Array;
  /** Our name for each output index; null when it is dropped. */
  readonly names: readonly (string | null)[];
};

export const toClassTable = ({ classes, classMap }: Pick<ModelEntry, 'classes' | 'classMap'>): ClassTable => {
  const own = classes === 'coco80' ? COCO80 : classes;
  const names = own.map((name) => (classMap ? (classMap[name] ?? null) : name));
  return { count: own.length, kept: Int32Array.from(names.flatMap((name, i) => (name === null ? [] : [i]))), names };
};
