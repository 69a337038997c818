import { useState } from 'react';
import type { User } from '../../../api/contract/users.ts';
import { api } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Failure, Loading, Stale } from '../../components/states.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useResource } from '../../use-resource.ts';
import { FirstPassword } from './first-password.tsx';
import { UserForm } from './user-form.tsx';

type Open =
  | { readonly window: 'none' | 'new' }
  | { readonly window: 'change'; readonly user: User }
  | { readonly window: 'password'; readonly username: string; readonly password: string };

const closed: Open = { window: 'none' };

/** Accounts: who may log in, as what, and for which cameras. */
export function UsersPage() {
  const { t } = useI18n();
  const { data, error, loadedAt, reload } = useResource(api.users);
  const cameras = useResource(api.cameras);
  const [open, setOpen] = useState<Open>(closed);

  if (!data) return error ? <Failure error={error} onRetry={reload} /> : <Loading />;
  const groups = [
    ...new Set([...(cameras.data ?? []).map(({ group }) => group), ...data.users.flatMap((user) => user.groups ?? [])]),
  ].sort();
  const onSaved = (username: string, password: string | null): void => {
    reload();
    setOpen(password === null ? closed : { window: 'password', username, password });
  };

  return (
    <div className="page">
      <PageHeader title={t('users.title')}>
        <span className="muted">{t('users.lead')}</span>
        <span className="spacer" />
        <button type="button" className="button primary" onClick={() => setOpen({ window: 'new' })}>
          <Icon name="plus" size={17} />
          {t('users.new')}
        </button>
      </PageHeader>
      {error !== null && <Stale at={loadedAt} onRetry={reload} />}
      <TableScroll label={t('users.title')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('users.username')}</th>
              <th scope="col">{t('users.role')}</th>
              <th scope="col">{t('users.groups')}</th>
              <th scope="col">{t('users.state')}</th>
              <th scope="col">{t('users.lastLogin')}</th>
              <th scope="col">
                <span className="visually-hidden">{t('users.change')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.users.map((user) => (
              <Row key={user.username} user={user} onChange={() => setOpen({ window: 'change', user })} />
            ))}
          </tbody>
        </table>
      </TableScroll>
      {data.users.length === 1 && <p className="info-box">{t('users.onlyOne')}</p>}
      {open.window === 'new' && (
        <UserForm user={null} groups={groups} onClose={() => setOpen(closed)} onSaved={onSaved} />
      )}
      {open.window === 'change' && (
        <UserForm user={open.user} groups={groups} onClose={() => setOpen(closed)} onSaved={onSaved} />
      )}
      {open.window === 'password' && (
        <FirstPassword username={open.username} password={open.password} onClose={() => setOpen(closed)} />
      )}
    </div>
  );
}

function Row({ user, onChange }: { readonly user: User; readonly onChange: () => void }) {
  const { t, name, format } = useI18n();
  const state = user.disabled ? 'disabled' : user.mustChangePassword ? 'firstPassword' : 'active';
  return (
    <tr>
      <th scope="row">
        {user.username}
        {user.displayName && <span className="sub">{user.displayName}</span>}
      </th>
      <td>{name('role', user.role)}</td>
      <td className="break">
        {user.groups === null ? t('users.allGroups') : user.groups.join(', ') || t('users.noGroups')}
      </td>
      <td>
        <span className="badge" data-user-state={state}>
          <span className="dot" aria-hidden="true" />
          {t(`users.state.${state}`)}
        </span>
        {user.secondFactor && <span className="sub">{t('users.secondFactor')}</span>}
        {user.byProvider && <span className="sub">{t('users.byProvider')}</span>}
      </td>
      <td className="nowrap">{user.lastLoginAt === null ? t('users.never') : format.dateTime(user.lastLoginAt)}</td>
      <td className="number">
        <button
          type="button"
          className="button small"
          aria-label={t('users.changeOne', { name: user.username })}
          onClick={onChange}
        >
          {t('users.change')}
        </button>
      </td>
    </tr>
  );
}
