import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import sharp from 'sharp';
import type { AnalysisConfig } from '../pipeline/config/analysis.ts';
import type { DetectorConfig } from '../pipeline/config/detector.ts';
import type { Detection } from '../pipeline/detection.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import type { Frame } from '../pipeline/frame.ts';
import { boxHeight, boxWidth } from '../pipeline/geometry.ts';
import { letterboxFilter } from '../pipeline/letterbox.ts';
import { toClassTable } from './classes.ts';
import type { ModelEntry } from './manifest.ts';
import { openDetector } from './onnx-detector.ts';
import { type AnalysisPlan, planAnalysis, TiledDetector } from './tiled-detector.ts';

/** One box in COCO's results format, with names beside the ids so that nobody needs a table to read it. */
export type CocoResult = {
  /** Position of the image among the given paths, from 1. */
  readonly image_id: number;
  readonly file_name: string;
  /** Position of the class among the model's kept classes, from 1. */
  readonly category_id: number;
  readonly category_name: string;
  /** x, y, width, height in pixels of the image, origin top left. */
  readonly bbox: readonly [x: number, y: number, width: number, height: number];
  readonly score: number;
};

export type DetectImagesOptions = {
  readonly entry: ModelEntry;
  readonly file: string;
  readonly paths: readonly string[];
  readonly minScore: number;
  readonly tiles?: NonNullable<AnalysisConfig['tiles']>;
  readonly threads?: number;
  readonly provider?: DetectorConfig['provider'];
  readonly onProgress?: (done: number, total: number) => void;
  /** Called for a file that is not a readable image; the others go on. Left out: the first such file ends the run. */
  readonly onUnreadable?: (error: WatchpostError) => void;
};

const IMAGE_FILES = new Set(['.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff']);

/** Files as given; folders become the images in them, by name. @throws WatchpostError INPUT_UNREADABLE */
export const listImages = async (paths: readonly string[]): Promise<string[]> => {
  const lists = await Promise.all(
    paths.map(async (path) => {
      try {
        if (!(await stat(path)).isDirectory()) return [path];
        const names = await readdir(path);
        return names
          .filter((name) => IMAGE_FILES.has(extname(name).toLowerCase()))
          .sort()
          .map((name) => join(path, name));
      } catch (cause) {
        throw new WatchpostError('INPUT_UNREADABLE', `${path} does not exist or cannot be read`, { cause });
      }
    }),
  );
  return lists.flat();
};

/**
 * Decodes an image file and lays it into an analysis frame, as ffmpeg does with a camera's picture. EXIF orientation is
 * applied, transparency laid on black.
 * @throws WatchpostError INPUT_UNREADABLE naming the file
 */
export const readFrame = async (
  path: string,
  plan: (source: { width: number; height: number }) => AnalysisPlan,
  padValue: number,
): Promise<{ readonly frame: Frame; readonly plan: AnalysisPlan }> => {
  try {
    const { data: whole, info } = await sharp(path, { failOn: 'error' })
      .autoOrient()
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const planned = plan({ width: info.width, height: info.height });
    const { crop, scaled, pad } = letterboxFilter(planned.letterbox);
    let image = sharp(whole, { raw: { width: info.width, height: info.height, channels: info.channels } });
    if (crop) image = image.extract({ left: crop.x, top: crop.y, width: crop.width, height: crop.height });
    image = image.resize(scaled.width, scaled.height, { fit: 'fill', kernel: 'cubic' });
    if (pad)
      image = image.extend({
        left: pad.x,
        top: pad.y,
        right: pad.width - scaled.width - pad.x,
        bottom: pad.height - scaled.height - pad.y,
        background: { r: padValue, g: padValue, b: padValue },
      });
    const bytes = await image.raw().toBuffer();
    const frame: Frame = {
      cameraId: path,
      sessionId: path,
      sequence: 0,
      ptsMs: 0,
      capturedAt: 0,
      receivedMonoMs: 0,
      letterbox: planned.letterbox,
      pixels: new Uint8Array(bytes),
      release: () => undefined,
    };
    return { frame, plan: planned };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WatchpostError('INPUT_UNREADABLE', `${path} is not a readable image: ${reason}`, { cause });
  }
};

const toCoco = (
  detections: readonly Detection[],
  image: { readonly image_id: number; readonly file_name: string },
  names: readonly string[],
): CocoResult[] =>
  detections.map(({ box, score, className }) => ({
    ...image,
    category_id: names.indexOf(className) + 1,
    category_name: className,
    bbox: [round(box.x1), round(box.y1), round(boxWidth(box)), round(boxHeight(box))],
    score: Math.round(score * 1e5) / 1e5,
  }));

const round = (value: number): number => Math.round(value * 100) / 100;

/**
 * Runs a model over image files.
 * @param options.paths files, see `listImages` for folders
 * @throws WatchpostError MODEL_LOAD, MODEL_SHAPE, INFERENCE_FAILED; INPUT_UNREADABLE without `onUnreadable`
 */
export const detectImages = async (options: DetectImagesOptions): Promise<CocoResult[]> => {
  const { entry, file, paths, minScore, tiles, onProgress, onUnreadable } = options;
  const detector = new TiledDetector(
    await openDetector({
      entry,
      file,
      config: {
        model: entry.id,
        minScore,
        maxBatch: 8,
        batchDeadlineMs: 0,
        threads: options.threads ?? 0,
        provider: options.provider ?? 'cpu',
      },
    }),
  );
  const names = [...new Set(toClassTable(entry).names.filter((name) => name !== null))];
  const read = (path: string) =>
    readFrame(path, (source) => planAnalysis(tiles ? { tiles } : {}, entry, source), entry.input.padValue).catch(
      (error: unknown) => {
        if (onUnreadable && error instanceof WatchpostError) return error;
        throw error;
      },
    );
  const results: CocoResult[] = [];
  try {
    let next = paths[0] === undefined ? null : read(paths[0]);
    for (let i = 0; i < paths.length && next; i++) {
      const image = await next;
      const following = paths[i + 1];
      // The next image is decoded while this one is inferred; its failure is looked at in its own turn.
      next = following === undefined ? null : read(following);
      next?.catch(() => undefined);
      if (image instanceof WatchpostError) onUnreadable?.(image);
      else {
        detector.setLayout(image.frame.cameraId, image.plan.tiles);
        const [detections] = await detector.detect([image.frame]);
        detector.setLayout(image.frame.cameraId, null);
        results.push(...toCoco(detections ?? [], { image_id: i + 1, file_name: basename(paths[i]!) }, names));
      }
      onProgress?.(i + 1, paths.length);
    }
  } finally {
    await detector.close();
  }
  return results;
};
