import { useState } from 'react';
import { useSession } from '../session.ts';
import { tilesOf } from './map-tiles.ts';
import { type MapFrame, project } from './map-frame.ts';

/** Two neighbours that end on the same fraction of a pixel let the ground shine through. */
const SEAM_PX = 0.5;

/**
 * The map of the configured source under what is drawn on it; nothing where there is none. A tile that does not come leaves
 * its place as it was, so that the page works on the day the network does not.
 */
export function MapBackground({ frame }: { readonly frame: MapFrame }) {
  const { map } = useSession().site;
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  if (!map) return null;
  return (
    <g className="map-background">
      {tilesOf(frame, map.mostZoom)
        .filter(({ path }) => !gone.has(path))
        .map(({ path, northWest, southEast }) => {
          const [from, to] = [project(northWest, frame), project(southEast, frame)];
          return (
            <image
              key={path}
              href={`/api/map/${path}`}
              x={from.x}
              y={from.y}
              width={to.x - from.x + SEAM_PX}
              height={to.y - from.y + SEAM_PX}
              preserveAspectRatio="none"
              onError={() => setGone((before) => new Set(before).add(path))}
            />
          );
        })}
      <text x={frame.width - 8} y={frame.height - 8} textAnchor="end" className="map-source">
        {map.attribution}
      </text>
    </g>
  );
}
