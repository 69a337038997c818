import type { CaseDetail } from '../../../api/contract/cases.ts';
import { Icon } from '../../components/icons.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { Hash } from './hash.tsx';

/** The sealed files with their hashes. */
export function Files({ detail }: { readonly detail: CaseDetail }) {
  const { t, name, format } = useI18n();
  return (
    <section className="card">
      <h2>{t('case.files')}</h2>
      <TableScroll label={t('case.files')} bare>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('case.file')}</th>
              <th scope="col" className="number">
                {t('case.size')}
              </th>
              <th scope="col">SHA-256</th>
              <th scope="col">
                <span className="visually-hidden">{t('case.download')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {detail.files.map((file) => (
              <tr key={file.path}>
                <th scope="row">
                  {name('role', file.role)}
                  <span className="file-path">{file.path}</span>
                </th>
                <td className="number">{format.bytes(file.bytes)}</td>
                <td>
                  <Hash value={file.sha256} label={file.path} />
                </td>
                <td>
                  <a
                    className="button icon-only small"
                    href={file.url}
                    download
                    aria-label={`${t('case.download')}: ${file.path}`}
                  >
                    <Icon name="download" size={16} />
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}
