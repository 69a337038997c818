/** Source address of a camera that gives stills instead of video: `stills://` and the folder in which they arrive. */
const STILLS = /^stills:\/\//i;

export const isStills = (url: string): boolean => STILLS.test(url);

/** Folder of the address; null where stills come through the API alone. */
export const stillsFolder = (url: string): string | null => url.replace(STILLS, '') || null;

/** What `session.json` of such a camera names as its codec: its segments are JPEG files, one a picture. */
export const STILLS_CODEC = 'stills';

/** The largest still that is taken in. */
export const LARGEST_STILL_BYTES = 16 * 1024 * 1024;

/** Whether bytes begin as a JPEG does and end as one. */
export const isWholeJpeg = (bytes: Uint8Array): boolean =>
  bytes.length > 4 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;

/** File name of a still that was taken at an instant, `20261121T071530123Z.jpg`. */
export const toStillName = (capturedAt: number): string =>
  `${new Date(capturedAt).toISOString().replace(/[-:.]/g, '')}.jpg`;

const STAMP = /(\d{4})-?(\d\d)-?(\d\d)T(\d\d)[-:]?(\d\d)[-:]?(\d\d)(?:\.?(\d{3}))?Z/;
const EPOCH_MS = /(?<!\d)(1\d{12})(?!\d)/;

/** When a still was taken by its name: a UTC stamp (`20261121T071530Z`) or epoch milliseconds; null for other names. */
export const instantOfName = (name: string): number | null => {
  const stamp = STAMP.exec(name);
  if (stamp) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = stamp
      .slice(1)
      .map((part: string | undefined) => Number(part ?? 0));
    return Date.UTC(year, month - 1, day, hour, minute, second, ms);
  }
  const epoch = EPOCH_MS.exec(name);
  return epoch ? Number(epoch[1]) : null;
};
