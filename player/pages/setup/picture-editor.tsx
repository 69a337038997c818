import { type CSSProperties, type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useI18n } from '../../i18n/i18n.tsx';
import { calibrationOf, fitOf, gridOf } from './calibration.ts';
import type { Draft, Pair, Rule } from './draft.ts';
import { keyOf, type Shape, shapesOf, toPair, withoutShape, withPoints } from './shapes.ts';

/** What a click on the picture does. */
export type Tool =
  | { readonly tool: 'select' }
  /** Points are collected until the shape is whole. */
  | { readonly tool: 'draw'; readonly shape: Shape };

const NUDGE = 0.002;
const FAR_NUDGE = 0.02;
const ARROWS: Readonly<Record<string, Pair>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const LEAST_POINTS = { zone: 3, line: 2, lamp: 2, calibration: 4 } as const;
/** Shapes that are whole with so many points; a zone is whole when its owner says so. */
const WHOLE_AT = { zone: Infinity, line: 2, lamp: 2, calibration: 4 } as const;

type Props = {
  readonly draft: Draft;
  /** URL of the picture to draw on, or null. */
  readonly picture: string | null;
  readonly tool: Tool;
  readonly onTool: (tool: Tool) => void;
  readonly selected: string | null;
  readonly onSelect: (key: string | null) => void;
};

/**
 * Zones, lines, lamps and calibrations on the camera's picture. Points are pulled with the mouse, or reached by Tab and moved with
 * the arrow keys (Shift: ten times as far); Delete takes one away, a double click on an edge adds one.
 */
export function PictureEditor({ draft, picture, tool, onTool, selected, onSelect }: Props) {
  const { t } = useI18n();
  const svg = useRef<SVGSVGElement>(null);
  const [ratio, setRatio] = useState(16 / 9);
  const [points, setPoints] = useState<readonly Pair[]>([]);
  const drag = useRef<{ readonly shape: Shape; readonly index: number; readonly step: string } | null>(null);
  const shapes = shapesOf(draft.camera);
  const drawing = tool.tool === 'draw' ? tool.shape : null;

  useEffect(() => setPoints([]), [tool]);

  const at = (event: { clientX: number; clientY: number }): Pair => {
    const box = svg.current?.getBoundingClientRect();
    if (!box) return [0, 0];
    return toPair((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  const finish = (shape: Shape, all: readonly Pair[]): void => {
    draft.change(withPoints(draft.camera, shape, all));
    onTool({ tool: 'select' });
    onSelect(keyOf(shape));
  };
  const addPoint = (point: Pair): void => {
    if (!drawing) return;
    const all = [...points, point];
    if (all.length === WHOLE_AT[drawing.kind]) finish(drawing, all);
    else setPoints(all);
  };
  const move = (shape: Shape, index: number, point: Pair, step: string): void =>
    draft.change(
      withPoints(
        draft.camera,
        shape,
        shape.points.map((old, position) => (position === index ? point : old)),
      ),
      step,
    );

  const onPointKey = (event: KeyboardEvent, shape: Shape, index: number): void => {
    const direction = ARROWS[event.key];
    const [x, y] = shape.points[index] ?? [0, 0];
    if (direction) {
      const far = event.shiftKey ? FAR_NUDGE : NUDGE;
      move(shape, index, toPair(x + direction[0] * far, y + direction[1] * far), `nudge ${keyOf(shape)} ${index}`);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      if (!hasAnyNumber(shape) || shape.points.length <= LEAST_POINTS[shape.kind]) return;
      draft.change(
        withPoints(
          draft.camera,
          shape,
          shape.points.filter((_, position) => position !== index),
        ),
      );
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onShapeKey = (event: KeyboardEvent, shape: Shape): void => {
    if (event.key === 'Enter' || event.key === ' ') onSelect(keyOf(shape));
    else if (event.key === 'Delete') draft.change(withoutShape(draft.camera, shape));
    else return;
    event.preventDefault();
  };
  /** By keyboard a new point is set in the middle and moved from there. */
  const onPictureKey = (event: KeyboardEvent): void => {
    if (!drawing || event.target !== event.currentTarget) return;
    if (event.key === 'Escape') onTool({ tool: 'select' });
    else if (event.key === 'Enter' && points.length >= LEAST_POINTS[drawing.kind]) finish(drawing, points);
    else if (event.key === 'Enter' || event.key === ' ') {
      // A small shape around the middle to begin with; its points are then moved with the arrow keys.
      const [x, y] = [0.5, 0.5];
      const square: Pair[] = [
        toPair(x - 0.1, y - 0.1),
        toPair(x + 0.1, y - 0.1),
        toPair(x + 0.1, y + 0.1),
        toPair(x - 0.1, y + 0.1),
      ];
      finish(drawing, hasAnyNumber(drawing) ? square : [toPair(x - 0.1, y - 0.1), toPair(x + 0.1, y + 0.1)]);
    } else return;
    event.preventDefault();
  };

  return (
    <div className="picture-editor" style={{ '--ratio': ratio } as CSSProperties}>
      {picture ? (
        <img
          src={picture}
          alt={t('setup.picture', { camera: draft.camera.name ?? draft.camera.id })}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setRatio(naturalWidth / naturalHeight)}
        />
      ) : (
        <p>{t('setup.noPicture')}</p>
      )}
      <svg
        ref={svg}
        viewBox="0 0 1000 1000"
        preserveAspectRatio="none"
        role="application"
        aria-label={t('setup.canvas')}
        tabIndex={drawing ? 0 : -1}
        data-drawing={drawing ? drawing.kind : undefined}
        onKeyDown={onPictureKey}
        onPointerDown={(event) => {
          if (drawing && event.button === 0) addPoint(at(event));
          else if (event.target === event.currentTarget) onSelect(null);
        }}
        onDoubleClick={() => {
          // The second click of the pair has set the last point twice.
          if (drawing?.kind === 'zone' && points.length > LEAST_POINTS.zone) finish(drawing, points.slice(0, -1));
        }}
        onPointerMove={(event: PointerEvent) => {
          const held = drag.current;
          if (held) {
            const shape = shapes.find((one) => keyOf(one) === keyOf(held.shape));
            if (shape) move(shape, held.index, at(event), held.step);
          }
        }}
        onPointerUp={() => (drag.current = null)}
      >
        {shapes.map((shape) => (
          <g
            key={keyOf(shape)}
            className="shape"
            data-kind={shape.kind}
            data-colour={shape.kind === 'lamp' ? shape.colour : undefined}
            data-selected={keyOf(shape) === selected}
          >
            <Outline shape={shape} rules={draft.camera.rules ?? []} />
            {shape.kind === 'calibration' && keyOf(shape) === selected && (
              <Grid rule={draft.camera.rules?.find(({ id }) => id === shape.name)} ratio={ratio} />
            )}
            <Body
              shape={shape}
              label={t(`setup.shape.${shape.kind}`, { name: shape.name })}
              inert={drawing !== null}
              onSelect={() => onSelect(keyOf(shape))}
              onKey={(event) => onShapeKey(event, shape)}
              onSplit={(event) => {
                if (shape.kind === 'zone')
                  draft.change(withPoints(draft.camera, shape, split(shape.points, at(event))));
                else if (shape.kind === 'calibration')
                  draft.change(withPoints(draft.camera, shape, [...shape.points, at(event)]));
              }}
            />
          </g>
        ))}
        {drawing && points.length > 0 && (
          <polyline className="drawing" points={points.map(([x, y]) => `${x * 1000},${y * 1000}`).join(' ')} />
        )}
      </svg>
      {/* Handles are elements of the page, so that they stay round whatever the picture's shape is. */}
      {drawing &&
        points.map(([x, y], index) => (
          <span key={index} className="handle new" style={place(x, y)}>
            {drawing.kind === 'calibration' && index + 1}
          </span>
        ))}
      {!drawing &&
        shapes
          .filter((shape) => keyOf(shape) === selected)
          .flatMap((shape) =>
            shape.points.map(([x, y], index) => (
              <button
                key={`${keyOf(shape)} ${index}`}
                type="button"
                className="handle"
                style={place(x, y)}
                aria-label={t('setup.point', { number: index + 1, name: shape.name })}
                onKeyDown={(event) => onPointKey(event, shape, index)}
                onPointerDown={(event) => {
                  drag.current = { shape, index, step: `drag ${event.timeStamp}` };
                  event.currentTarget.setPointerCapture(event.pointerId);
                }}
                onPointerMove={(event) => {
                  if (drag.current?.index === index) move(shape, index, at(event), drag.current.step);
                }}
                onPointerUp={() => (drag.current = null)}
              >
                {shape.kind === 'calibration' && index + 1}
              </button>
            )),
          )}
      {shapes.map((shape) => {
        const [[x, y] = [0, 0]] = shape.points as readonly Pair[];
        return (
          <span
            key={keyOf(shape)}
            className="shape-name"
            style={inside(x, y)}
            data-selected={keyOf(shape) === selected}
          >
            {shape.name}
          </span>
        );
      })}
    </div>
  );
}

const hasAnyNumber = ({ kind }: Shape): boolean => kind === 'zone' || kind === 'calibration';
const place = (x: number, y: number) => ({ left: `${x * 100}%`, top: `${y * 100}%` });
/** A name begins at its shape's first corner and stays on the picture. */
const inside = (x: number, y: number) => ({
  left: `min(${x * 100}%, 100% - 96px)`,
  top: `min(${y * 100}%, 100% - 26px)`,
});
const text = (points: readonly Pair[]): string => points.map(([x, y]) => `${x * 1000},${y * 1000}`).join(' ');

function Body(props: {
  readonly shape: Shape;
  readonly label: string;
  readonly inert: boolean;
  readonly onSelect: () => void;
  readonly onKey: (event: KeyboardEvent) => void;
  readonly onSplit: (event: { clientX: number; clientY: number }) => void;
}) {
  const { kind, points } = props.shape;
  const common = {
    className: 'shape-body',
    role: 'button',
    tabIndex: props.inert ? -1 : 0,
    'aria-label': props.label,
    onPointerDown: props.inert ? undefined : props.onSelect,
    onKeyDown: props.onKey,
    onDoubleClick: props.inert ? undefined : props.onSplit,
  };
  if (kind === 'line') return <polyline {...common} points={text(points)} />;
  if (kind === 'zone') return <polygon {...common} points={text(points)} />;
  if (kind === 'calibration') return <polygon {...common} points={text(around(points))} />;
  const [[x1, y1], [x2, y2]] = props.shape.points;
  return <rect {...common} x={x1 * 1000} y={y1 * 1000} width={(x2 - x1) * 1000} height={(y2 - y1) * 1000} />;
}

/** In order around their middle, so that any number of points makes one area. */
function around(points: readonly Pair[]): readonly Pair[] {
  const middle = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [middle(0), middle(1)];
  return points.toSorted((a, b) => Math.atan2(a[1] - y, a[0] - x) - Math.atan2(b[1] - y, b[0] - x));
}

/** The ground's metres as the rule sees them: whoever knows the place sees whether the lines follow the road. */
function Grid({ rule, ratio }: { readonly rule: Rule | undefined; readonly ratio: number }) {
  const { t, format } = useI18n();
  const points = (rule && calibrationOf(rule)) ?? [];
  const fit = fitOf(points, ratio);
  if (!fit) return null;
  const { spacingM, lines } = gridOf(points, fit);
  return (
    <g className="ground-grid">
      <title>{t('calibration.grid', { metres: format.number(spacingM, 1) })}</title>
      {lines.map(([[ax, ay], [bx, by]], index) => (
        <line key={index} x1={ax * 1000} y1={ay * 1000} x2={bx * 1000} y2={by * 1000} />
      ))}
    </g>
  );
}

/** Direction of a line (crossing to its right counts as `in`), and the legal heading of a lane. */
function Outline({ shape, rules }: { readonly shape: Shape; readonly rules: readonly Rule[] }) {
  if (shape.kind === 'line') {
    const [[ax, ay] = [0, 0], [bx, by] = [0, 0]] = shape.points;
    const [x, y] = [(ax + bx) * 500, (ay + by) * 500];
    const length = Math.hypot(bx - ax, by - ay) || 1;
    // Right of a→b on a picture whose y points down.
    const [nx, ny] = [-(by - ay) / length, (bx - ax) / length];
    return <line className="arrow" x1={x} y1={y} x2={x + nx * 70} y2={y + ny * 70} markerEnd="none" />;
  }
  const rule = rules.find(({ zone, heading }) => zone === shape.name && Array.isArray(heading));
  if (shape.kind !== 'zone' || !rule) return null;
  const [hx = 0, hy = 0] = rule['heading'] as number[];
  const length = Math.hypot(hx, hy) || 1;
  const middle = (axis: 0 | 1): number =>
    (shape.points.reduce((sum, point) => sum + point[axis], 0) / shape.points.length) * 1000;
  const [x, y] = [middle(0), middle(1)];
  const [dx, dy] = [(hx / length) * 80, (hy / length) * 80];
  return (
    <path
      className="arrow"
      d={`M${x - dx} ${y - dy}L${x + dx} ${y + dy}M${x + dx - dx * 0.5 - dy * 0.3} ${y + dy - dy * 0.5 + dx * 0.3}L${x + dx} ${y + dy}L${x + dx - dx * 0.5 + dy * 0.3} ${y + dy - dy * 0.5 - dx * 0.3}`}
    />
  );
}

/** A corner more, on the edge that lies nearest to a point. */
function split(points: readonly Pair[], [px, py]: Pair): Pair[] {
  const distance = (index: number): number => {
    const [ax, ay] = points[index]!;
    const [bx, by] = points[(index + 1) % points.length]!;
    const share = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2 || 1);
    const along = Math.min(1, Math.max(0, share));
    return Math.hypot(px - ax - along * (bx - ax), py - ay - along * (by - ay));
  };
  const nearest = points.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0);
  return [...points.slice(0, nearest + 1), [px, py], ...points.slice(nearest + 1)];
}
