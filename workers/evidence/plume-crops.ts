import type { Sharp } from 'sharp';
import type { WatchEvent } from '../../pipeline/event.ts';
import { boxHeight, boxWidth } from '../../pipeline/geometry.ts';
import { cropWindow, shiftBetween, shifted, sightedAt, spread } from '../../pipeline/fire/plume-crops.ts';
import type { GreyPicture } from '../../pipeline/fire/landmarks.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import type { PtsMs } from '../../pipeline/time.ts';
import type { PtsWindow } from '../../pipeline/clip-window.ts';

/** A picture of the plume's view: a fresh one of `open` for each use. */
export type SeriesPicture = { readonly ptsMs: PtsMs; readonly open: () => Sharp };
export type PlumeCrop = { readonly path: string; readonly bytes: Uint8Array; readonly ptsMs: PtsMs };

/** Of every crop, whatever the camera's, so that they lie over each other. */
const SHOWN = { width: 480, height: 360 };
const QUALITY = 88;
/** Width at which pictures are held against each other. */
const ALIGN_WIDTH = 480;
/** The steps of a decision are kept to the second; the frame that was analysed lies this near (ms). */
const NEAR_MS = 600;

/** Instants of a smoke's sightings inside the window, those of frames that were analysed; at most eight. */
export const planSeries = (
  event: WatchEvent,
  frames: readonly LiveFrame[],
  { fromPtsMs, toPtsMs }: PtsWindow,
): readonly PtsMs[] => {
  const instants = sightedAt(event).flatMap((at) => {
    const near = frames.filter(({ ptsMs }) => Math.abs(ptsMs - at) <= NEAR_MS);
    return near.length > 0
      ? near.reduce((a, b) => (Math.abs(b.ptsMs - at) < Math.abs(a.ptsMs - at) ? b : a)).ptsMs
      : [];
  });
  return spread([...new Set(instants)].filter((at) => at >= fromPtsMs && at < toPtsMs));
};

/**
 * The plume through time, always the same part of the hill: each picture is laid over the last one by its landmarks.
 * @param pictures of one view, in order of time
 * @returns none where the event says of no place where its smoke was
 */
export const cropPlume = async (
  { subjects }: Pick<WatchEvent, 'subjects'>,
  pictures: readonly SeriesPicture[],
): Promise<readonly PlumeCrop[]> => {
  const boxes = subjects[0]?.sightings.map(({ box }) => box) ?? [];
  const last = pictures.at(-1);
  if (boxes.length === 0 || !last) return [];
  const { width, height } = await last.open().metadata();
  const size = { width, height };
  const window = cropWindow(boxes, size);
  const reference = await toGrey(last);
  const crops: PlumeCrop[] = [];
  for (const [index, picture] of pictures.entries()) {
    const shift = picture === last ? null : shiftBetween(reference, await toGrey(picture));
    const scale = width / reference.width;
    const at = shift ? shifted(window, { x: shift.x * scale, y: shift.y * scale }, size) : window;
    const bytes = await picture
      .open()
      .extract({ left: at.x1, top: at.y1, width: boxWidth(at), height: boxHeight(at) })
      .resize(SHOWN.width, SHOWN.height, { fit: 'fill' })
      .jpeg({ quality: QUALITY })
      .toBuffer();
    crops.push({ path: `plume/${String(index + 1)}.jpg`, bytes, ptsMs: picture.ptsMs });
  }
  return crops;
};

const toGrey = async ({ open }: SeriesPicture): Promise<GreyPicture> => {
  const { data, info } = await open().resize(ALIGN_WIDTH).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, grey: Uint8Array.from(data) };
};
