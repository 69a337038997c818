import { useState } from 'react';
import type { CaseDetail, VerifyResult } from '../../../api/contract/cases.ts';
import { api } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { Fact } from './fact.tsx';
import { Hash } from './hash.tsx';

/** What proves the case: its seal, the check of it, and what can be taken away to prove it elsewhere. */
export function Seal({ detail, onChecked }: { readonly detail: CaseDetail; readonly onChecked: () => void }) {
  const { t, format } = useI18n();
  const errorText = useErrorText();
  const address = `/api/cases/${encodeURIComponent(detail.id)}`;
  const [working, setWorking] = useState(false);
  const [result, setResult] = useState<VerifyResult | null>(null);
  const [error, setError] = useState<unknown>(null);

  const verify = async (): Promise<void> => {
    setWorking(true);
    setError(null);
    try {
      setResult(await api.verify(detail.id));
      onChecked();
    } catch (failure) {
      setError(failure);
    } finally {
      setWorking(false);
    }
  };

  return (
    <section className="card">
      <h2>{t('case.seal')}</h2>
      <dl className="facts">
        <Fact name={t('case.id')}>
          <Hash value={detail.id} label={t('case.id')} />
        </Fact>
        <Fact name={t('case.manifest')}>
          <Hash value={detail.manifestSha256} label={t('case.manifest')} />
        </Fact>
        <Fact name={t('case.key')}>
          <code>{detail.keyId}</code>
        </Fact>
      </dl>
      {detail.custody.erasedAt === null && (
        <>
          <button type="button" className="button" disabled={working} onClick={() => void verify()}>
            <Icon name="shield" size={17} />
            {t(working ? 'case.verifying' : 'case.verify')}
          </button>
          <a className="button" href={`${address}/export.zip`} download>
            <Icon name="download" size={17} />
            {t('case.export')}
          </a>
          <a className="button" href={`${address}/redacted.zip`} download>
            <Icon name="download" size={17} />
            {t('case.redacted')}
          </a>
          <p className="hint">{t('case.redactedHint')}</p>
        </>
      )}
      <a className="button" href={`${address}/record.pdf`} target="_blank" rel="noreferrer">
        <Icon name="download" size={17} />
        {t('case.record')}
      </a>
      <div aria-live="polite">
        {error !== null && <div className="error-box">{errorText(error)}</div>}
        {result?.intact === true && (
          <div className="good-box">
            <Icon name="check" size={18} />
            {t('case.intact', { count: result.checkedFiles })}
            {result.timeStamp &&
              ` ${t('case.stamped', { time: format.dateTime(result.timeStamp.at), name: result.timeStamp.authority })}`}
          </div>
        )}
        {result?.intact === false && (
          <div className="error-box">
            <Icon name="warning" size={18} />
            <div>
              {t('case.broken', { count: result.problems.length })}
              <ul>
                {result.problems.map(({ file, problem }) => (
                  <li key={`${file} ${problem}`}>
                    <code>{file}</code>: {problem}
                  </li>
                ))}
              </ul>
            </div>
          </div>
        )}
      </div>
    </section>
  );
}
