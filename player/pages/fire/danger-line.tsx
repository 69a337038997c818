import { useState } from 'react';
import type { Danger } from '../../../api/contract/danger.ts';
import { DANGER_LEVELS, DANGER_NUMERALS } from '../../../pipeline/fire/danger.ts';
import { api } from '../../api-client.ts';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { canFeed, useSession } from '../../session.ts';

/** Fire danger of the day, and, for those who may, a way to say it. */
export function DangerLine({ danger, onChange }: { readonly danger: Danger | null; readonly onChange: () => void }) {
  const { t, format } = useI18n();
  const { role } = useSession();
  const errorText = useErrorText();
  const [failure, setFailure] = useState<unknown>(null);
  const nameOf = (level: Danger['level']): string => `${DANGER_NUMERALS[level]} (${t(`fire.dangerName.${level}`)})`;
  const say = async (level: Danger['level']): Promise<void> => {
    setFailure(null);
    try {
      await api.reportDanger({ level });
      onChange();
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <div className="fire-wind">
      <p data-danger={danger?.level}>
        {danger
          ? t('fire.danger', { level: nameOf(danger.level), source: danger.source, time: format.dateTime(danger.at) })
          : t('fire.dangerUnknown')}
      </p>
      {canFeed(role) && (
        <label className="fire-danger">
          <span>{t('fire.dangerReport')}</span>
          <select
            value={danger?.level ?? ''}
            onChange={({ target }) => void say(Number(target.value) as Danger['level'])}
          >
            {!danger && <option value="">–</option>}
            {DANGER_LEVELS.map((level) => (
              <option key={level} value={level}>
                {nameOf(level)}
              </option>
            ))}
          </select>
          {failure !== null && <span role="alert">{errorText(failure)}</span>}
        </label>
      )}
    </div>
  );
}
