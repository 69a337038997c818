import { useEffect, useRef, useState } from 'react';
import type { CaseDetail, CaseState } from '../../api/contract/cases.ts';
import type { Measurement, WatchEvent } from '../../pipeline/event.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { Icon } from './icons.tsx';

/** State of a case, in colour and in words. */
export function CaseBadge({ state }: { readonly state: CaseState }) {
  const { name } = useI18n();
  return (
    <span className="badge" data-case-state={state}>
      <span className="dot" aria-hidden="true" />
      {name('caseState', state)}
    </span>
  );
}

type Still = { readonly label: string; readonly url: string };

/** The three stills; each opens large, and arrows go on to the next. */
export function Stills({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useI18n();
  const [open, setOpen] = useState<number | null>(null);
  const { before, at, after } = detail.stills;
  const stills: Still[] = [
    { label: t('review.before'), url: before },
    { label: t('review.at'), url: at },
    { label: t('review.after'), url: after },
  ].filter((still): still is Still => still.url !== null);

  return (
    <>
      <div className="stills">
        {stills.map((still, index) => (
          <button
            key={still.url}
            type="button"
            className="still"
            onClick={() => setOpen(index)}
            aria-label={t('review.enlarge', { name: still.label })}
          >
            <img src={still.url} alt="" decoding="async" />
            <span>{still.label}</span>
          </button>
        ))}
      </div>
      {open !== null && <Lightbox stills={stills} index={open} onIndex={setOpen} />}
    </>
  );
}

function Lightbox(props: {
  readonly stills: readonly Still[];
  readonly index: number;
  readonly onIndex: (index: number | null) => void;
}) {
  const { t } = useI18n();
  const dialog = useRef<HTMLDialogElement>(null);
  const { stills, index, onIndex } = props;
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const still = stills[index];
  if (!still) return null;
  const move = (by: number): void => onIndex((index + by + stills.length) % stills.length);
  return (
    <dialog
      ref={dialog}
      className="lightbox"
      aria-label={still.label}
      onClose={() => onIndex(null)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'ArrowLeft') move(-1);
        if (event.key === 'ArrowRight') move(1);
      }}
    >
      <img src={still.url} alt={still.label} />
      <footer>
        <button type="button" className="button icon-only" onClick={() => move(-1)} aria-label={t('wall.previous')}>
          <Icon name="left" />
        </button>
        <strong>{still.label}</strong>
        <button type="button" className="button icon-only" onClick={() => move(1)} aria-label={t('wall.next')}>
          <Icon name="right" />
        </button>
        <span className="spacer" />
        <a className="button" href={still.url} download>
          <Icon name="download" size={17} />
          {t('case.download')}
        </a>
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          {t('close')}
        </button>
      </footer>
    </dialog>
  );
}

/** What the rule measured, each value beside the threshold it was held against. */
export function Measurements({ event }: { readonly event: WatchEvent }) {
  const { t, name, format } = useI18n();
  const { measurements } = event.decision;
  if (measurements.length === 0) return <p className="muted">{t('review.noMeasurements')}</p>;
  const withUnit = (value: number, { unit }: Measurement): string =>
    `${format.number(value, 2)}${unit === '' || unit === '°' ? '' : ' '}${name('unit', unit)}`;
  return (
    <table className="measurements">
      <thead>
        <tr>
          <th scope="col">{t('review.quantity')}</th>
          <th scope="col" className="number">
            {t('review.value')}
          </th>
          <th scope="col" className="number">
            {t('review.threshold')}
          </th>
        </tr>
      </thead>
      <tbody>
        {measurements.map((measurement) => (
          <tr key={measurement.name}>
            <th scope="row">{name('measure', measurement.name)}</th>
            <td className="number">{withUnit(measurement.value, measurement)}</td>
            <td className="number">
              {measurement.threshold === undefined
                ? '–'
                : `${COMPARISON[measurement.comparison ?? '=']} ${withUnit(measurement.threshold, measurement)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const COMPARISON = { '>=': '≥', '>': '>', '<=': '≤', '<': '<', '=': '=' } as const;

/** Stretches that the recording lacks: told where the clip is watched, never hidden. */
export function Gaps({ detail }: { readonly detail: CaseDetail }) {
  const { t, format } = useI18n();
  if (detail.gaps.length === 0) return null;
  return (
    <div className="warning-box" role="note">
      <Icon name="warning" size={18} />
      <ul>
        {detail.gaps.map((gap) => (
          <li key={gap.fromAt}>
            {t('review.gap', {
              from: format.preciseTime(gap.fromAt),
              to: gap.toAt === null ? t('case.ongoing') : format.preciseTime(gap.toAt),
              cause: gap.cause,
            })}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Clauses that may apply, with what they cost. */
export function LawClauses({ clauses }: { readonly clauses: CaseDetail['law'] }) {
  const { language } = useI18n();
  return (
    <ul className="law">
      {clauses.map((clause) => (
        <li key={clause.id}>
          <strong>{clause.reference[language]}</strong>
          <br />
          {clause.behaviour[language]}
          <br />
          <span className="muted">{clause.penalty[language]}</span>
        </li>
      ))}
    </ul>
  );
}
