import type { PassageView } from '../../../api/contract/passages.ts';
import { Link } from '../../components/link.tsx';
import { PlateText } from '../../components/plate-readings.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { canKeepWatchLists, useSession } from '../../session.ts';

/** One passage: its pictures first, since they decide. */
export function PassageCard(props: {
  readonly passage: PassageView;
  readonly onTrace?: (plate: string) => void;
  readonly onWatch?: (plate: string) => void;
}) {
  const { t, name, format } = useI18n();
  const { role } = useSession();
  const { passage, onTrace, onWatch } = props;
  const { plate, unread, fit, lists, direction, colour, lane } = passage;
  const percent = (share: number): string => `${format.number(share * 100, 0)} %`;
  const others = passage.candidates.filter(({ text }) => text !== plate?.text).slice(0, 3);
  const facts = [
    name('class', passage.className),
    ...(colour ? [name('plateColour', colour)] : []),
    ...(direction ? [name('passageDirection', direction)] : []),
    ...(lane ? [lane] : []),
  ];
  return (
    <article className="passage">
      {passage.vehicleUrl === null ? (
        <span className="passage-none">{t('plates.noPicture')}</span>
      ) : (
        <img className="passage-vehicle" src={passage.vehicleUrl} alt={t('plates.vehiclePicture')} loading="lazy" />
      )}
      <div className="passage-facts">
        <p className="passage-plate">
          {plate ? (
            <PlateText text={plate.text} characters={plate.characters} />
          ) : (
            <strong>{name('plateUnread', unread ?? 'not-legible')}</strong>
          )}
          {passage.plateUrl !== null && (
            <img src={passage.plateUrl} alt={t('plates.platePicture')} loading="lazy" className="passage-crop" />
          )}
        </p>
        {plate && (
          <p>
            {t('plates.confidence', { percent: percent(plate.confidence) })}
            {plate.grade === 'needs-human-reading' && ` · ${t('plates.needsReading')}`}
          </p>
        )}
        {plate && plate.doubts.length > 0 && (
          <p className="muted">{plate.doubts.map((doubt) => name('plateDoubt', doubt)).join(' · ')}</p>
        )}
        {fit && fit.how !== 'read' && (
          <p>{`${t('plates.fits', { how: name('plateFit', fit.how), symbols: fit.symbols })} (${percent(fit.score)})`}</p>
        )}
        {others.length > 0 && (
          <p className="muted">{t('plates.others', { plates: others.map(({ text }) => text).join(' · ') })}</p>
        )}
        <p className="passage-tags">
          {lists.map(({ list, reason }) => (
            <span
              key={`${list} ${reason}`}
              className="chip"
              data-tone={list === 'wanted' || list === 'stolen' ? 'bad' : 'accent'}
              title={reason}
            >
              {name('watchList', list)}
            </span>
          ))}
          {passage.firstHere && <span className="chip">{t('plates.new')}</span>}
        </p>
      </div>
      <div className="passage-where">
        <time dateTime={new Date(passage.at).toISOString()}>{format.dateTime(passage.at)}</time>
        <span>{passage.cameraName}</span>
        {passage.place && <span className="muted">{passage.place}</span>}
        <span className="muted">{facts.join(' · ')}</span>
        {plate && onTrace && (
          <Link
            className="button small"
            to="/plates?view=trace"
            aria-label={t('plates.traceOf', { plate: plate.text })}
            onClick={() => onTrace(plate.text)}
          >
            {t('plates.trace')}
          </Link>
        )}
        {plate && onWatch && canKeepWatchLists(role) && (
          <Link
            className="button small"
            to="/plates?view=lists"
            aria-label={t('plates.watchOf', { plate: plate.text })}
            onClick={() => onWatch(plate.text)}
          >
            {t('plates.watch')}
          </Link>
        )}
      </div>
    </article>
  );
}
