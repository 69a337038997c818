import { type SyntheticEvent, useId, useState } from 'react';
import type { Role } from '../../../api/contract/session.ts';
import type { User } from '../../../api/contract/users.ts';
import { api } from '../../api-client.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icons.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session.ts';

/** Written out here: the contract's own list brings TypeBox along. */
const ROLES: readonly Role[] = ['viewer', 'operator', 'ranger', 'officer', 'supervisor', 'auditor', 'admin'];

/** A new account, or the rights of one that exists. `onSaved` is given a password when there is a new one. */
export function UserForm(props: {
  readonly user: User | null;
  /** Camera groups that are known. */
  readonly groups: readonly string[];
  readonly onClose: () => void;
  readonly onSaved: (username: string, password: string | null) => void;
}) {
  const { user, onSaved } = props;
  const { t, name } = useI18n();
  const errorText = useErrorText();
  const me = useSession().username;
  const id = useId();
  const [username, setUsername] = useState(user?.username ?? '');
  const [displayName, setDisplayName] = useState(user?.displayName ?? '');
  const [role, setRole] = useState<Role>(user?.role ?? 'officer');
  const [groups, setGroups] = useState<readonly string[] | null>(user ? user.groups : null);
  const [disabled, setDisabled] = useState(user?.disabled ?? false);
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const act = (run: () => Promise<{ user: User; password: string | null }>): void => {
    setWorking(true);
    setFailure(null);
    run().then(
      (answer) => onSaved(answer.user.username, answer.password),
      (error: unknown) => {
        setWorking(false);
        setFailure(error);
      },
    );
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const rights = { displayName, role, groups: groups === null ? null : [...groups] };
    if (user) act(() => api.changeUser(user.username, { ...rights, disabled }));
    else act(() => api.createUser({ username: username.trim().toLowerCase(), ...rights }));
  };

  return (
    <Dialog title={user ? t('users.changeTitle', { name: user.username }) : t('users.new')} onClose={props.onClose}>
      <form className="form" onSubmit={submit}>
        {!user && (
          <div className="field">
            <label htmlFor={`${id}-name`}>{t('users.username')}</label>
            <input
              id={`${id}-name`}
              required
              autoComplete="off"
              pattern="[a-zA-Z0-9][a-zA-Z0-9._\-]{1,63}"
              title={t('users.usernameHint')}
              aria-describedby={`${id}-hint`}
              value={username}
              onChange={(event) => setUsername(event.target.value)}
            />
            <p className="hint" id={`${id}-hint`}>
              {t('users.usernameHint')}
            </p>
          </div>
        )}
        <div className="field">
          <label htmlFor={`${id}-display`}>{t('users.displayName')}</label>
          <input
            id={`${id}-display`}
            maxLength={128}
            autoComplete="off"
            value={displayName}
            onChange={(event) => setDisplayName(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-role`}>{t('users.role')}</label>
          <select
            id={`${id}-role`}
            aria-describedby={`${id}-role-hint`}
            value={role}
            onChange={(event) => setRole(event.target.value as Role)}
          >
            {ROLES.map((one) => (
              <option key={one} value={one}>
                {name('role', one)}
              </option>
            ))}
          </select>
          <p className="hint" id={`${id}-role-hint`}>
            {t(`users.may.${role}`)}
          </p>
        </div>
        <fieldset className="choices">
          <legend>{t('users.groups')}</legend>
          <label>
            <input
              type="checkbox"
              checked={groups === null}
              onChange={(event) => setGroups(event.target.checked ? null : [])}
            />
            {t('users.allGroups')}
          </label>
          {groups !== null &&
            props.groups.map((group) => (
              <label key={group}>
                <input
                  type="checkbox"
                  checked={groups.includes(group)}
                  onChange={(event) =>
                    setGroups(event.target.checked ? [...groups, group] : groups.filter((one) => one !== group))
                  }
                />
                {group}
              </label>
            ))}
          {groups?.length === 0 && <p className="hint">{t('users.noGroupsHint')}</p>}
        </fieldset>
        {user && (
          <fieldset className="choices">
            <legend>{t('users.access')}</legend>
            <label>
              <input
                type="checkbox"
                checked={disabled}
                disabled={user.username === me}
                onChange={(event) => setDisabled(event.target.checked)}
              />
              {t('users.disable')}
            </label>
            <div>
              <button
                type="button"
                className="button small"
                disabled={working || user.username === me}
                onClick={() => act(() => api.changeUser(user.username, { resetPassword: true }))}
              >
                <Icon name="lock" size={16} />
                {t('users.reset')}
              </button>
              {user.secondFactor && user.username !== me && (
                <button
                  type="button"
                  className="button small"
                  disabled={working}
                  onClick={() => act(() => api.changeUser(user.username, { resetSecondFactor: true }))}
                >
                  <Icon name="lock" size={16} />
                  {t('users.resetSecondFactor')}
                </button>
              )}
              <p className="hint">{t(user.username === me ? 'users.ownAccount' : 'users.resetHint')}</p>
            </div>
          </fieldset>
        )}
        {failure !== null && (
          <div className="error-box" role="alert">
            {errorText(failure)}
          </div>
        )}
        <footer>
          <button type="button" className="button quiet" onClick={props.onClose}>
            {t('users.cancel')}
          </button>
          <button type="submit" className="button primary" disabled={working}>
            {t(user ? 'users.save' : 'users.create')}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
