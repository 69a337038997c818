import type { AlertChannelState } from '../../../api/contract/alerts.ts';
import { api } from '../../api-client.ts';
import { TableScroll } from '../../components/table-scroll.tsx';
import { PartState } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { canSeeCases, useSession } from '../../session.ts';
import { useResource } from '../../use-resource.ts';

const REFRESH_MS = 10_000;

/** Which channel of alerts works, and which fails since when, why, and what to do about it. */
export function AlertChannels() {
  const { role } = useSession();
  return canSeeCases(role) ? <Channels /> : null;
}

function Channels() {
  const { t, format } = useI18n();
  const channels = useResource(api.alertChannels, REFRESH_MS);
  const { data } = channels;
  if (!data || data.channels.length === 0) return data ? null : <PartState of={channels} />;
  return (
    <>
      <h2>{t('health.channels')}</h2>
      <PartState of={channels} />
      <TableScroll label={t('health.channels')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('health.channel')}</th>
              <th scope="col">{t('health.state')}</th>
              <th scope="col">{t('health.lastDelivered')}</th>
              <th scope="col" className="number">
                {t('health.alertsWaiting')}
              </th>
              <th scope="col" className="number">
                {t('health.alertsRefused')}
              </th>
            </tr>
          </thead>
          <tbody>
            {data.channels.map((channel) => (
              <tr key={channel.id}>
                <th scope="row">
                  {channel.id}
                  <span className="sub">{t(`health.channel.${channel.kind}`)}</span>
                </th>
                <td>
                  <State channel={channel} />
                </td>
                <td className="nowrap">
                  {channel.deliveredAt === null ? t('health.none') : format.dateTime(channel.deliveredAt)}
                </td>
                <td className="number">{format.number(channel.waiting)}</td>
                <td className="number">{format.number(channel.refused)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </>
  );
}

function State({ channel }: { readonly channel: AlertChannelState }) {
  const { t, format } = useI18n();
  const { failingSince, problem, told } = channel;
  if (failingSince === null || problem === null)
    return <>{t(channel.deliveredAt === null ? 'health.channelUnused' : 'health.ready')}</>;
  return (
    <div data-tone="bad">
      <strong>{t('health.failingSince', { time: format.dateTime(failingSince) })}</strong>
      <span className="sub">{t(`channelProblem.${problem}`)}</span>
      {told !== null && <code className="sub">{told}</code>}
    </div>
  );
}
