import type { IncidentView } from '../../../api/contract/incidents.ts';
import { useI18n } from '../../i18n/i18n.tsx';

/** How a plume grew: the same part of the view, oldest first, so that one picture can be held against the next. */
export function PlumeSeries(props: {
  readonly crops: IncidentView['alerts'][number]['crops'];
  readonly camera: string;
}) {
  const { t, format } = useI18n();
  if (props.crops.length === 0) return null;
  return (
    <ol className="fire-crops" aria-label={t('fire.series')}>
      {props.crops.map(({ url, at }) => (
        <li key={url}>
          <img src={url} alt={t('fire.seriesAt', { camera: props.camera, time: format.time(at) })} loading="lazy" />
          <time dateTime={new Date(at).toISOString()}>{format.time(at)}</time>
        </li>
      ))}
    </ol>
  );
}
