import { useI18n } from '../i18n/i18n.tsx';
import { LANGUAGES } from '../i18n/translate.ts';
import { type Preferences, setPreferences, usePreferences } from '../preferences.ts';

const LANGUAGE_NAMES = { vi: 'Tiếng Việt', en: 'English' } as const;
const THEMES: readonly Preferences['theme'][] = ['system', 'light', 'dark'];

export function LanguageChoice() {
  const { t, language } = useI18n();
  return (
    <div className="segments" role="group" aria-label={t('shell.language')}>
      {LANGUAGES.map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-pressed={one === language}
          onClick={() => setPreferences({ language: one })}
        >
          {LANGUAGE_NAMES[one]}
        </button>
      ))}
    </div>
  );
}

export function ThemeChoice() {
  const { t } = useI18n();
  const { theme } = usePreferences();
  return (
    <div className="segments" role="group" aria-label={t('shell.theme')}>
      {THEMES.map((one) => (
        <button key={one} type="button" aria-pressed={one === theme} onClick={() => setPreferences({ theme: one })}>
          {t(`shell.theme.${one}`)}
        </button>
      ))}
    </div>
  );
}
