import type { Trace } from '../../../api/contract/passages.ts';
import { MapBackground } from '../../components/map-background.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { frameAround, project } from '../../components/map-frame.ts';

const WIDTH = 520;
const HEIGHT = 420;

/** Cameras and the ways between them, drawn by ourselves over the configured map, if there is one. */
export function TraceMap({ trace }: { readonly trace: Trace }) {
  const { t, format } = useI18n();
  const placed = trace.cameras.flatMap(({ location, ...camera }) => (location ? [{ ...camera, location }] : []));
  const frame = frameAround(
    placed.map(({ location }) => location),
    { width: WIDTH, height: HEIGHT },
  );
  if (!frame) return <p className="nothing">{t('plates.noPlaces')}</p>;
  const points = new Map(placed.map(({ id, location }) => [id, project(location, frame)]));
  const order = new Map<string, number[]>();
  trace.passages.forEach(({ cameraId }, index) => order.set(cameraId, [...(order.get(cameraId) ?? []), index + 1]));
  return (
    <svg
      className="trace-map"
      viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
      role="img"
      aria-label={t('plates.map')}
    >
      <MapBackground frame={frame} />
      {trace.legs.map((leg, index) => {
        const from = points.get(trace.passages[index]!.cameraId);
        const to = points.get(trace.passages[index + 1]!.cameraId);
        if (!from || !to || from === to) return null;
        const plausible = leg.plausible === false ? 'no' : 'yes';
        return (
          <line
            key={index}
            x1={from.x}
            y1={from.y}
            x2={to.x}
            y2={to.y}
            className="trace-way"
            data-plausible={plausible}
          />
        );
      })}
      {placed.map(({ id, name }) => {
        const { x, y } = points.get(id)!;
        return (
          <g key={id}>
            <circle cx={x} cy={y} r={7} className="trace-stop" />
            <text x={x} y={y - 12} textAnchor="middle">
              {`${name} (${(order.get(id) ?? []).slice(0, 4).join(', ')}${(order.get(id) ?? []).length > 4 ? '…' : ''})`}
            </text>
          </g>
        );
      })}
      <path d={`M16 ${String(HEIGHT - 16)}h${String(frame.gridM * frame.pixelsPerM)}`} className="trace-scale" />
      <text x={16} y={HEIGHT - 24}>
        {format.number(frame.gridM / 1000, 1)} km
      </text>
    </svg>
  );
}
