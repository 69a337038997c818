import type { ModelEntry } from '../manifest.ts';
import type { Decoder } from './decoder.ts';
import { centernet } from './centernet.ts';
import { detr } from './detr.ts';
import { picodet } from './picodet.ts';
import { ssd } from './ssd.ts';
import { yolov5 } from './yolov5.ts';
import { yolov8 } from './yolov8.ts';
import { yolox } from './yolox.ts';

export const DECODERS: Readonly<Record<ModelEntry['decoder'], Decoder>> = {
  yolox,
  detr,
  picodet,
  yolov5,
  yolov8,
  ssd,
  centernet,
};
