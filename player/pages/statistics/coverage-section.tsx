import type { CameraCoverage, CoverageList } from '../../../api/contract/statistics.ts';
import { api } from '../../api-client.ts';
import { useGapCause } from '../../components/camera-state.tsx';
import { saveCsv } from '../../csv.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Section } from './section.tsx';
import { type Asked, useAsked } from './asked.ts';

const SHOWN_GAPS = 20;

/** When each camera was recorded, and why not. */
export function CoverageSection({ asked }: { readonly asked: Asked }) {
  const { t } = useI18n();
  const resource = useAsked(asked, api.coverage);
  const nameOf = (id: string): string => asked.cameras.find((camera) => camera.id === id)?.name || id;
  const toCsv = ({ cameras }: CoverageList): void =>
    saveCsv(
      `watchpost-coverage_${asked.days}.csv`,
      ['camera', 'recorded_share', 'known_from', 'gap_from', 'gap_to', 'cause'],
      cameras.flatMap(({ cameraId, share, knownFrom, gaps }) => {
        const known = knownFrom === null ? null : new Date(knownFrom).toISOString();
        const rows = gaps.map(({ fromAt, toAt, cause }) => [
          ...[cameraId, share, known, new Date(fromAt).toISOString()],
          toAt === null ? null : new Date(toAt).toISOString(),
          cause,
        ]);
        return rows.length > 0 ? rows : [[cameraId, share, known, null, null, null]];
      }),
    );
  return (
    <Section
      title={t('statistics.coverage')}
      lead={t('statistics.coverageLead')}
      resource={resource}
      isEmpty={({ cameras }) => cameras.length === 0}
      empty={t('wall.empty')}
      onCsv={toCsv}
    >
      {({ after, before, cameras }) => (
        <ul className="coverage">
          {cameras.map((camera) => (
            <Row key={camera.cameraId} camera={camera} name={nameOf(camera.cameraId)} after={after} before={before} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Row(props: {
  readonly camera: CameraCoverage;
  readonly name: string;
  readonly after: number;
  readonly before: number;
}) {
  const { t, format } = useI18n();
  const cause = useGapCause();
  const { after, before } = props;
  const { share, knownFrom, gaps } = props.camera;
  const percent = (at: number): number => (100 * (Math.min(Math.max(at, after), before) - after)) / (before - after);
  return (
    <li>
      <div className="coverage-name">
        <strong>{props.name}</strong>
        <span>
          {share === null
            ? t('statistics.unknown')
            : t('statistics.recorded', { share: format.number(share * 100, 2) })}
        </span>
      </div>
      <svg className="coverage-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        {knownFrom !== null && knownFrom < before && (
          <rect className="recorded" x={percent(knownFrom)} width={100 - percent(knownFrom)} height="10" />
        )}
        {gaps.map(({ fromAt, toAt }) => (
          <rect
            key={fromAt}
            className="gap"
            x={percent(fromAt)}
            width={Math.max(0.3, percent(toAt ?? before) - percent(fromAt))}
            height="10"
          />
        ))}
      </svg>
      {knownFrom !== null && knownFrom > after && (
        <p className="hint">{t('statistics.knownFrom', { time: format.dateTime(knownFrom) })}</p>
      )}
      {gaps.length > 0 && (
        <details>
          <summary>{t('statistics.gaps', { count: gaps.length })}</summary>
          <ul>
            {gaps.slice(-SHOWN_GAPS).map(({ fromAt, toAt, cause: why }) => (
              <li key={fromAt}>
                <time>
                  {format.dateTime(fromAt)} – {toAt === null ? t('case.ongoing') : format.dateTime(toAt)}
                </time>{' '}
                {cause(why)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
