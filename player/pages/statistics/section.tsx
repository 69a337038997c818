import type { ReactNode } from 'react';
import { Icon } from '../../components/icons.tsx';
import { Failure, Loading, Stale } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import type { Resource } from '../../use-resource.ts';

/** One part of the statistics with its own states: one that fails leaves the others readable. */
export function Section<Data>(props: {
  readonly title: string;
  readonly lead?: string;
  readonly resource: Resource<Data>;
  readonly isEmpty: (data: Data) => boolean;
  readonly empty: string;
  readonly onCsv: (data: Data) => void;
  readonly children: (data: Data) => ReactNode;
}) {
  const { t } = useI18n();
  const { data, error, loadedAt, reload } = props.resource;
  return (
    <section className="card statistic">
      <header>
        <h2>{props.title}</h2>
        {data && !props.isEmpty(data) && (
          <button
            type="button"
            className="button small"
            aria-label={t('statistics.csvOf', { name: props.title })}
            onClick={() => props.onCsv(data)}
          >
            <Icon name="download" size={15} />
            {t('statistics.csv')}
          </button>
        )}
      </header>
      {props.lead && <p className="hint">{props.lead}</p>}
      {data && error !== null && <Stale at={loadedAt} onRetry={reload} />}
      {!data ? (
        error ? (
          <Failure error={error} onRetry={reload} />
        ) : (
          <Loading />
        )
      ) : props.isEmpty(data) ? (
        <p className="nothing">{props.empty}</p>
      ) : (
        props.children(data)
      )}
    </section>
  );
}
