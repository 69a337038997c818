import type { CSSProperties } from 'react';
import type { CaseCountList } from '../../../api/contract/statistics.ts';
import { api, toQuery } from '../../api-client.ts';
import { Link } from '../../components/link.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { saveCsv } from '../../csv.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session.ts';
import { NumberHeads } from './number-heads.tsx';
import { Section } from './section.tsx';
import { type Asked, useAsked } from './asked.ts';
import { casesByKind, casesByPlace } from './sums.ts';

/** Cases by kind, and by place and hour of day. */
export function CasesSection({ asked }: { readonly asked: Asked }) {
  const { t } = useI18n();
  const resource = useAsked(asked, api.caseCounts);
  const toCsv = ({ counts }: CaseCountList): void =>
    saveCsv(
      `watchpost-cases_${asked.days}.csv`,
      ['quarter_start', 'camera', 'name', 'place', 'kind', 'cases', 'open', 'confirmed', 'rejected_or_exempt'],
      counts.map((row) => [
        new Date(row.quarterAt).toISOString(),
        row.cameraId,
        row.cameraName,
        row.place,
        row.kind,
        row.cases,
        row.open,
        row.confirmed,
        row.rejected,
      ]),
    );
  return (
    <Section
      title={t('statistics.cases')}
      lead={t('statistics.casesLead')}
      resource={resource}
      isEmpty={({ counts }) => counts.length === 0}
      empty={t('statistics.casesEmpty')}
      onCsv={toCsv}
    >
      {(data) => (
        <>
          {data.truncated && <p className="warning-box">{t('statistics.truncated')}</p>}
          <Kinds data={data} asked={asked} />
          <Places data={data} />
        </>
      )}
    </Section>
  );
}

function Kinds({ data, asked }: { readonly data: CaseCountList; readonly asked: Asked }) {
  const { t, name, format } = useI18n();
  const [from, until = from] = asked.days.split('_');
  return (
    <TableScroll label={t('statistics.cases')} bare>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('case.kind')}</th>
            <NumberHeads
              texts={['statistics.total', 'statistics.open', 'statistics.confirmed', 'statistics.rejected']}
            />
          </tr>
        </thead>
        <tbody>
          {casesByKind(data.counts).map(({ kind, cases, open, confirmed, rejected }) => (
            <tr key={kind}>
              <th scope="row">
                <Link className="text-link" to={`/cases${toQuery({ kind, from, until, cameraId: asked.cameraId })}`}>
                  {name('kind', kind)}
                </Link>
              </th>
              {[cases, open, confirmed, rejected].map((count, index) => (
                <td key={index} className="number">
                  {format.number(count)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

function Places({ data }: { readonly data: CaseCountList }) {
  const { t, format } = useI18n();
  const { timeZone } = useSession().site;
  const places = casesByPlace(data.counts, timeZone);
  const most = Math.max(1, ...places.flatMap(({ hours }) => hours));
  return (
    <TableScroll label={t('statistics.byPlace')} bare>
      <table className="heat">
        <caption>{t('statistics.byPlace')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('case.place')}</th>
            {HOURS.map((hour) => (
              <th key={hour} scope="col">
                {hour}
              </th>
            ))}
            <th scope="col" className="number">
              {t('statistics.total')}
            </th>
          </tr>
        </thead>
        <tbody>
          {places.map(({ cameraId, cameraName, place, hours, total }) => (
            <tr key={cameraId}>
              <th scope="row">
                {cameraName || cameraId}
                {place && <span className="sub">{place}</span>}
              </th>
              {hours.map((count, hour) => (
                <td key={hour} style={{ '--share': count / most } as CSSProperties}>
                  {count === 0 ? <span className="zero">·</span> : format.number(count)}
                </td>
              ))}
              <td className="number">{format.number(total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
