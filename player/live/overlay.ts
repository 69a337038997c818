import type { LiveTrack } from '../../pipeline/live.ts';

/** Zones and lines of a camera, in fractions of the frame. */
export type Geometry = {
  readonly zones: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly lines: Readonly<Record<string, readonly [readonly [number, number], readonly [number, number]]>>;
};

export type OverlayStyle = {
  /** Empty: no label. `isSmall`: the picture has little room. */
  readonly labelOf: (track: LiveTrack, isSmall: boolean) => string;
  readonly geometry: Geometry | null;
};

const CALM = '#7fe0e6';
const ALERT = '#ff4d4f';
const ZONE = 'rgba(255, 214, 102, 0.95)';
const ZONE_FILL = 'rgba(255, 214, 102, 0.12)';

/** Fits the canvas to its place on the screen, sharp on dense displays, and empties it. */
function prepare(
  canvas: HTMLCanvasElement,
): { context: CanvasRenderingContext2D; width: number; height: number } | null {
  const context = canvas.getContext('2d');
  if (!context) return null;
  const ratio = window.devicePixelRatio;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const pixelWidth = Math.round(width * ratio);
  const pixelHeight = Math.round(height * ratio);
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** Where a picture of the given shape lies inside an element that shows it whole (`object-fit: contain`). */
export function containedRect(
  element: { readonly width: number; readonly height: number },
  picture: { readonly width: number; readonly height: number },
): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } {
  if (picture.width === 0 || picture.height === 0) return { x: 0, y: 0, ...element };
  const scale = Math.min(element.width / picture.width, element.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: (element.width - width) / 2, y: (element.height - height) / 2, width, height };
}

/**
 * Draws tracks over a picture. Boxes are fractions of the picture, which the video element shows whole.
 * @param picture size of the video's picture in its own pixels
 */
export function drawOverlay(
  canvas: HTMLCanvasElement,
  picture: { readonly width: number; readonly height: number },
  tracks: readonly LiveTrack[],
  style: OverlayStyle,
): void {
  const prepared = prepare(canvas);
  if (!prepared) return;
  const { context, width, height } = prepared;
  const rect = containedRect({ width, height }, picture);
  const small = rect.width < 420;
  context.save();
  context.beginPath();
  context.rect(rect.x, rect.y, rect.width, rect.height);
  context.clip();
  if (style.geometry) drawGeometry(context, rect, style.geometry, small);
  // Alerts last, so that they lie on top.
  const calmFirst = [...tracks].sort((a, b) => a.alerts.length - b.alerts.length);
  for (const track of calmFirst) drawBox(context, rect, track);
  // In a crowd names would hide what they name: alerts have theirs, then the nearest, where there is room.
  const taken: Rect[] = [];
  const wantedFirst = [...tracks].sort((a, b) => b.alerts.length - a.alerts.length || areaOf(b) - areaOf(a));
  for (const track of wantedFirst) {
    const label = style.labelOf(track, small && track.alerts.length === 0);
    if (label !== '') drawName(context, rect, label, track, taken);
  }
  context.restore();
}

type Rect = ReturnType<typeof containedRect>;

const areaOf = ({ box: [x1, y1, x2, y2] }: LiveTrack): number => (x2 - x1) * (y2 - y1);

function drawBox(context: CanvasRenderingContext2D, rect: Rect, track: LiveTrack): void {
  const alert = track.alerts.length > 0;
  const x = rect.x + track.box[0] * rect.width;
  const y = rect.y + track.box[1] * rect.height;
  const w = (track.box[2] - track.box[0]) * rect.width;
  const h = (track.box[3] - track.box[1]) * rect.height;
  // A dark line under the coloured one keeps the box visible on bright pictures.
  context.lineJoin = 'round';
  context.strokeStyle = 'rgba(0, 0, 0, 0.55)';
  context.lineWidth = alert ? 5 : 3.5;
  context.strokeRect(x, y, w, h);
  context.strokeStyle = alert ? ALERT : CALM;
  context.lineWidth = alert ? 3 : 1.5;
  context.strokeRect(x, y, w, h);
}

const LABEL = {
  height: 16,
  alert: { back: '#c11f26', front: '#fff' },
  calm: { back: 'rgba(10, 22, 28, 0.78)', front: '#dff9fa' },
  zone: { back: 'rgba(60, 44, 0, 0.85)', front: '#ffe7a8' },
};

/** Names a track over its box. @param taken where names lie already; the one of a calm track is left out there */
function drawName(
  context: CanvasRenderingContext2D,
  rect: Rect,
  label: string,
  { box, alerts }: LiveTrack,
  taken: Rect[],
): void {
  const place = placeLabel(context, rect, label, rect.x + box[0] * rect.width, rect.y + box[1] * rect.height);
  const isAlert = alerts.length > 0;
  if (!isAlert && taken.some((other) => overlap(place, other))) return;
  taken.push(place);
  drawLabel(context, place, label, isAlert ? LABEL.alert : LABEL.calm);
}

/** Where a label goes that belongs to a point: above it, inside the picture. */
function placeLabel(context: CanvasRenderingContext2D, rect: Rect, label: string, x: number, y: number): Rect {
  context.font = '600 11px system-ui, sans-serif';
  const width = context.measureText(label).width + 8;
  return {
    x: Math.max(rect.x, Math.min(x - 1, rect.x + rect.width - width)),
    y: Math.max(rect.y, y - LABEL.height - 1),
    ...{ width, height: LABEL.height },
  };
}

function drawLabel(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Rect,
  label: string,
  colours: { readonly back: string; readonly front: string },
): void {
  context.textBaseline = 'middle';
  context.fillStyle = colours.back;
  context.fillRect(x, y, width, height);
  context.fillStyle = colours.front;
  context.fillText(label, x + 4, y + 8.5);
}

const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function drawGeometry(context: CanvasRenderingContext2D, rect: Rect, geometry: Geometry, small: boolean): void {
  const at = ([x, y]: readonly [number, number]): [number, number] => [
    rect.x + x * rect.width,
    rect.y + y * rect.height,
  ];
  context.lineWidth = small ? 1 : 1.5;
  for (const [name, corners] of Object.entries(geometry.zones)) {
    context.beginPath();
    for (const corner of corners) context.lineTo(...at(corner));
    context.closePath();
    context.fillStyle = ZONE_FILL;
    context.fill();
    context.strokeStyle = ZONE;
    context.setLineDash([6, 4]);
    context.stroke();
    context.setLineDash([]);
    const first = corners[0];
    if (first && !small) drawLabel(context, placeLabel(context, rect, name, ...at(first)), name, LABEL.zone);
  }
  for (const [name, [from, to]] of Object.entries(geometry.lines)) {
    context.beginPath();
    context.moveTo(...at(from));
    context.lineTo(...at(to));
    context.strokeStyle = ZONE;
    context.lineWidth = small ? 1.5 : 2.5;
    context.stroke();
    if (!small) drawLabel(context, placeLabel(context, rect, name, ...at(from)), name, LABEL.zone);
  }
}
