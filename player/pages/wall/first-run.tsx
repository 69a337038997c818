import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { useI18n } from '../../i18n/i18n.tsx';

const STEPS = [
  { text: 'firstRun.camera', hint: 'firstRun.cameraHint', to: '/setup/new', action: 'setup.add' },
  { text: 'firstRun.rules', hint: 'firstRun.rulesHint', to: '/setup', action: 'setup.title' },
  { text: 'firstRun.users', hint: 'firstRun.usersHint', to: '/users', action: 'users.new' },
  { text: 'firstRun.health', hint: 'firstRun.healthHint', to: '/health', action: 'health.title' },
] as const;

/** What an administrator does first, on a system that has no camera yet. */
export function FirstRun() {
  const { t } = useI18n();
  return (
    <section className="card first-run" aria-labelledby="first-run">
      <h2 id="first-run">{t('firstRun.title')}</h2>
      <p className="muted">{t('firstRun.lead')}</p>
      <ol>
        {STEPS.map(({ text, hint, to, action }, index) => (
          <li key={text}>
            <span className="step" aria-hidden="true">
              {index + 1}
            </span>
            <div>
              <strong>{t(text)}</strong>
              <p className="hint">{t(hint)}</p>
            </div>
            <Link className={index === 0 ? 'button primary' : 'button'} to={to}>
              {t(action)}
              <Icon name="right" size={15} />
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}
