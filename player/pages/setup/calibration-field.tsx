import { useState } from 'react';
import { Icon } from '../../components/icons.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import {
  apart,
  type CalibrationPoint,
  DISTANCES,
  type Distances,
  distancesOf,
  fitOf,
  gridOf,
  placeByDistances,
} from './calibration.ts';
import type { Pair } from './draft.ts';

/** The shape of a picture changes no metre of the residual that would be seen. */
const USUAL_RATIO = 16 / 9;
type Texts = Readonly<Record<(typeof DISTANCES)[number], string>>;

/** Points of the ground: set on the picture, measured here. Four by their distances, more of them by their places. */
export function CalibrationField(props: {
  readonly value: unknown;
  readonly onChange: (points: readonly CalibrationPoint[] | undefined) => void;
  readonly onDraw: () => void;
  readonly onShow: () => void;
}) {
  const { t, format } = useI18n();
  const points = Array.isArray(props.value) ? (props.value as readonly CalibrationPoint[]) : [];
  const fit = points.length < 4 ? null : fitOf(points, USUAL_RATIO);
  const metres = (value: number): string => t('calibration.metres', { count: format.number(value, 2) });
  if (points.length === 0)
    return (
      <div className="calibration">
        <p className="hint">{t('calibration.lead')}</p>
        <button type="button" className="button small" onClick={props.onDraw}>
          <Icon name="zone" size={15} />
          {t('calibration.draw')}
        </button>
      </div>
    );
  return (
    <div className="calibration" onFocus={props.onShow}>
      {points.length === 4 && <ByDistances points={points} onChange={props.onChange} />}
      <details open={points.length > 4}>
        <summary>{t('calibration.places')}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('calibration.point')}</th>
              <th scope="col">x, m</th>
              <th scope="col">y, m</th>
              {points.length > 4 && <th scope="col">{t('calibration.off')}</th>}
            </tr>
          </thead>
          <tbody>
            {points.map(({ ground }, index) => (
              <tr key={index}>
                <th scope="row">{index + 1}</th>
                {([0, 1] as const).map((axis) => (
                  <td key={axis}>
                    <input
                      type="number"
                      step="any"
                      aria-label={t(axis === 0 ? 'calibration.x' : 'calibration.y', { number: index + 1 })}
                      value={Number.isFinite(ground[axis]) ? ground[axis] : ''}
                      onChange={({ target }) => {
                        if (!Number.isFinite(target.valueAsNumber)) return;
                        const next = ground.map((old, at) => (at === axis ? target.valueAsNumber : old));
                        props.onChange(
                          points.map((point, at) =>
                            at === index ? { ...point, ground: next as unknown as Pair } : point,
                          ),
                        );
                      }}
                    />
                  </td>
                ))}
                {points.length > 4 && <td className="number">{fit ? metres(fit.errorsM[index] ?? 0) : '–'}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      <p className={fit ? 'hint' : 'field-problem'} role="status">
        {!fit
          ? t('calibration.noPlane')
          : fit.residualM === null
            ? t('calibration.exact', { metres: format.number(gridOf(points, fit).spacingM, 1) })
            : t('calibration.residual', {
                off: format.number(fit.residualM, 2),
                count: points.length,
                metres: format.number(gridOf(points, fit).spacingM, 1),
              })}
      </p>
      <div className="row">
        <button type="button" className="button small" onClick={props.onShow}>
          <Icon name="eye" size={15} />
          {t('calibration.show')}
        </button>
        <button type="button" className="button small" onClick={props.onDraw}>
          <Icon name="zone" size={15} />
          {t('calibration.redraw')}
        </button>
        <button type="button" className="button small" onClick={() => props.onChange(undefined)}>
          <Icon name="cross" size={15} />
          {t('calibration.remove')}
        </button>
      </div>
    </div>
  );
}

/** Four sides and a diagonal fix four points; the other diagonal, if measured too, shows how well. */
function ByDistances(props: {
  readonly points: readonly CalibrationPoint[];
  readonly onChange: (points: readonly CalibrationPoint[]) => void;
}) {
  const { t, format } = useI18n();
  const ground = props.points.map((point) => point.ground);
  const isMeasured = ground.some(([x, y]) => x !== 0 || y !== 0);
  const [texts, setTexts] = useState<Texts>(() => toTexts(isMeasured ? distancesOf(ground) : null));
  const [check, setCheck] = useState('');
  const given = toDistances(texts);
  const placed = given && placeByDistances(given);
  const wrong = placed && 'noTriangle' in placed ? placed.noTriangle : null;
  const checked = check === '' ? null : Number(check);
  const set = (name: (typeof DISTANCES)[number], text: string): void => {
    const next = { ...texts, [name]: text };
    setTexts(next);
    const distances = toDistances(next);
    const places = distances && placeByDistances(distances);
    if (!places || 'noTriangle' in places) return;
    props.onChange(props.points.map((point, index) => ({ ...point, ground: places[index]! })));
  };
  const follows = apart(ground[1]!, ground[3]!);
  return (
    <fieldset>
      <legend>{t('calibration.distances')}</legend>
      <div className="distances">
        {DISTANCES.map((name) => (
          <label key={name}>
            <span>{name}</span>
            <input
              type="number"
              min={0.1}
              step="any"
              value={texts[name]}
              aria-invalid={wrong?.includes(name) ?? false}
              onChange={(event) => set(name, event.target.value)}
            />
          </label>
        ))}
        <label>
          <span>{t('calibration.check')}</span>
          <input type="number" min={0.1} step="any" value={check} onChange={(event) => setCheck(event.target.value)} />
        </label>
      </div>
      {wrong && <p className="field-problem">{t('calibration.noTriangle', { distances: wrong.join(', ') })}</p>}
      {checked !== null && isMeasured && !wrong && (
        <p className="hint" role="status">
          {t('calibration.checked', {
            follows: format.number(follows, 2),
            off: format.number(Math.abs(follows - checked), 2),
          })}
        </p>
      )}
    </fieldset>
  );
}

const toTexts = (distances: Distances | null): Texts =>
  Object.fromEntries(DISTANCES.map((name) => [name, distances ? String(distances[name]) : ''])) as Texts;

/** Null until all are given. */
const toDistances = (texts: Texts): Distances | null => {
  const values = DISTANCES.map((name) => [name, Number(texts[name])] as const);
  return values.every(([, value]) => value > 0) ? (Object.fromEntries(values) as Distances) : null;
};
