import { lazy, Suspense, useState } from 'react';
import type { CaseDetail } from '../../api/contract/cases.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { canProceed, useSession } from '../session.ts';

// The grammar comes when somebody corrects a plate.
const PlateCorrection = lazy(() =>
  import('./plate-correction.tsx').then((module) => ({ default: module.PlateCorrection })),
);

type Plate = NonNullable<CaseDetail['plates']>[number];

/** Below this a character is marked for a second look. */
const SURE = 0.9;

/** What the plates of a case were read as: the picture first, since it decides. Nothing when no plate was looked at. */
export function PlateReadings({ detail, onChanged }: { readonly detail: CaseDetail; readonly onChanged: () => void }) {
  const { t } = useI18n();
  const plates = detail.plates ?? [];
  if (plates.length === 0) return null;
  return (
    <section className="plates">
      <h3>{t('plate.title')}</h3>
      {plates.map((plate) => (
        <PlateReading key={plate.trackId} caseId={detail.id} plate={plate} onChanged={onChanged} />
      ))}
    </section>
  );
}

function PlateReading(props: { readonly caseId: string; readonly plate: Plate; readonly onChanged: () => void }) {
  const { t, name, format } = useI18n();
  const mayCorrect = canProceed(useSession().role);
  const [correcting, setCorrecting] = useState(false);
  const { plate } = props;
  const { corrected } = plate;
  const others = plate.candidates.filter(({ text }) => text !== plate.text).slice(0, 3);
  return (
    <figure className="plate" data-grade={plate.grade}>
      {plate.cropUrl !== null && <img src={plate.cropUrl} alt={t('plate.picture')} decoding="async" />}
      <figcaption>
        {corrected && (
          <>
            <strong className="plate-text">{corrected.text ?? t('plate.unreadable')}</strong>
            <p className="muted">{t('plate.readBy', { name: corrected.by, time: format.dateTime(corrected.at) })}</p>
            <span className="muted">{t('plate.machine')}</span>
          </>
        )}
        {plate.text === null ? (
          <strong>{t('plate.unreadable')}</strong>
        ) : (
          <PlateText text={plate.text} characters={plate.characters} />
        )}
        {!corrected && <p>{t(plate.grade === 'evidence' ? 'plate.proposal' : 'plate.readYourself')}</p>}
        {plate.doubts.length > 0 && (
          <ul>
            {plate.doubts.map((doubt) => (
              <li key={doubt}>{name('plateDoubt', doubt)}</li>
            ))}
          </ul>
        )}
        {others.length > 0 && (
          <p className="muted">{t('plate.others', { plates: others.map(({ text }) => text).join(' · ') })}</p>
        )}
        {mayCorrect && !correcting && (
          <button type="button" className="button small" onClick={() => setCorrecting(true)}>
            {t('plate.correct')}
          </button>
        )}
        {correcting && (
          <Suspense>
            <PlateCorrection
              caseId={props.caseId}
              trackId={plate.trackId}
              text={corrected?.text ?? plate.text ?? plate.candidates[0]?.text ?? ''}
              onCancel={() => setCorrecting(false)}
              onSaved={() => {
                setCorrecting(false);
                props.onChanged();
              }}
            />
          </Suspense>
        )}
      </figcaption>
    </figure>
  );
}

/** The plate as it is written; separators are not read, so only the characters carry a confidence. */
export function PlateText({ text, characters }: { readonly text: string; readonly characters: Plate['characters'] }) {
  const { format } = useI18n();
  let at = 0;
  return (
    <strong className="plate-text" aria-label={text}>
      {Array.from(text, (symbol, index) => {
        const read = characters[at]?.symbol === symbol ? characters[at++] : undefined;
        const percent = read && `${format.number(read.confidence * 100, 0)} %`;
        return (
          <span key={index} title={percent} data-unsure={read !== undefined && read.confidence < SURE ? '' : undefined}>
            {symbol}
          </span>
        );
      })}
    </strong>
  );
}
