import type { IncidentView } from '../../../api/contract/incidents.ts';
import { MapBackground } from '../../components/map-background.tsx';
import { project } from '../../components/map-frame.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { frameOf, lineEnd } from './map-projection.ts';

const WIDTH = 720;
const HEIGHT = 520;

/** Towers, bearings and ellipses, drawn by ourselves: a fire desk works when the network and the map's source do not. */
export function FireMap(props: {
  readonly incidents: readonly IncidentView[];
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
}) {
  const { t, format } = useI18n();
  const { incidents, selected, onSelect } = props;
  const frame = frameOf(incidents, { width: WIDTH, height: HEIGHT });
  if (!frame) return <p className="nothing">{t('fire.noPlaces')}</p>;
  const towers = new Map(
    incidents.flatMap(({ alerts }) =>
      alerts.flatMap((alert) => (alert.sight ? [[alert.case.cameraId, alert] as const] : [])),
    ),
  );
  const scaleKm = frame.gridM / 1000;
  return (
    <svg className="fire-map" viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} role="img" aria-label={t('fire.map')}>
      <MapBackground frame={frame} />
      {incidents.map((incident) => (
        <g key={incident.id} data-selected={incident.id === selected} onClick={() => onSelect(incident.id)}>
          {incident.alerts.map(({ sight, case: { id } }) => {
            if (!sight) return null;
            const from = project(sight.station, frame);
            const to = project(lineEnd(sight), frame);
            return <line key={id} x1={from.x} y1={from.y} x2={to.x} y2={to.y} className="fire-bearing" />;
          })}
          {incident.position.kind === 'fix' && <FixMark fix={incident.position} frame={frame} />}
          {incident.position.kind === 'range' && <RangeMark range={incident.position} frame={frame} />}
        </g>
      ))}
      {[...towers].map(([cameraId, { sight, case: one }]) => {
        const { x, y } = project(sight!.station, frame);
        return (
          <g key={cameraId}>
            <path d={`M${String(x)} ${String(y - 9)}l7 14h-14z`} className="fire-tower" />
            <text x={x} y={y + 20} textAnchor="middle">
              {one.cameraName}
            </text>
          </g>
        );
      })}
      <g className="fire-scale">
        <path d={`M16 ${String(HEIGHT - 16)}h${String(frame.gridM * frame.pixelsPerM)}`} />
        <text x={16} y={HEIGHT - 24}>
          {format.number(scaleKm, 1)} km
        </text>
        <path d={`M${String(WIDTH - 24)} 40v-26m-6 8l6 -8l6 8`} />
        <text x={WIDTH - 24} y={56} textAnchor="middle">
          {t('fire.north')}
        </text>
      </g>
    </svg>
  );
}

type Range = Extract<IncidentView['position'], { kind: 'range' }>;

/** From the near to the far end of its 95 %, on the one bearing. */
function RangeMark({
  range,
  frame,
}: {
  readonly range: Range;
  readonly frame: NonNullable<ReturnType<typeof frameOf>>;
}) {
  const { sight, place, nearM, farM } = range;
  const at = project(place, frame);
  const near = project(lineEnd(sight, nearM), frame);
  const far = project(farM === null ? lineEnd(sight) : lineEnd(sight, farM), frame);
  return (
    <>
      <line x1={near.x} y1={near.y} x2={far.x} y2={far.y} className="fire-range" />
      <circle cx={at.x} cy={at.y} r={4} className="fire-point" />
    </>
  );
}

type Fix = Extract<IncidentView['position'], { kind: 'fix' }>;

function FixMark({ fix, frame }: { readonly fix: Fix; readonly frame: NonNullable<ReturnType<typeof frameOf>> }) {
  const { x, y } = project(fix.place, frame);
  const { semiMajorM, semiMinorM, orientationDeg } = fix.ellipse;
  // The major axis is drawn upwards, then turned clockwise from north.
  return (
    <>
      <ellipse
        cx={x}
        cy={y}
        rx={Math.max(3, semiMinorM * frame.pixelsPerM)}
        ry={Math.max(3, semiMajorM * frame.pixelsPerM)}
        transform={`rotate(${String(orientationDeg)} ${String(x)} ${String(y)})`}
        className="fire-ellipse"
      />
      <circle cx={x} cy={y} r={4} className="fire-point" />
    </>
  );
}
