import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react';
import { createFormat, type Format, toSpan } from '../format.ts';
import { usePreferences } from '../preferences.ts';
import { type Language, translate, translateName, type Values } from './translate.ts';
import type { MessageKey } from './vi.ts';

/** Families of texts whose last part comes from data. */
export type NamePrefix =
  | 'kind'
  | 'class'
  | 'reason'
  | 'caseState'
  | 'status'
  | 'step'
  | 'due'
  | 'role'
  | 'drop'
  | 'action'
  | 'measure'
  | 'unit'
  | 'fact'
  | 'factWord'
  | 'plateDoubt'
  | 'plateKind'
  | 'plateFault'
  | 'plateColour'
  | 'plateUnread'
  | 'plateFit'
  | 'passageDirection'
  | 'watchList'
  | 'camera.state'
  | 'cause'
  | 'gap'
  | 'ruleKey'
  | 'ruleWord'
  | 'error';

export type I18n = {
  readonly language: Language;
  readonly t: (key: MessageKey, values?: Values) => string;
  /** Name of something that comes from data: a rule kind, a class, a reason. */
  readonly name: (prefix: NamePrefix, of: string) => string;
  /** "3 min ago" */
  readonly ago: (at: number, now: number) => string;
  readonly format: Format;
};

const I18nContext = createContext<I18n | null>(null);

export function useI18n(): I18n {
  const i18n = useContext(I18nContext);
  if (!i18n) throw new TypeError('useI18n needs an I18nProvider above');
  return i18n;
}

/** The site's language and time zone are known after log-in; before that Vietnamese and the browser's zone hold. */
export function I18nProvider(props: {
  readonly siteLanguage?: string;
  readonly timeZone?: string;
  readonly children: ReactNode;
}) {
  const preferences = usePreferences();
  const language = preferences.language ?? (props.siteLanguage === 'en' ? 'en' : 'vi');
  const timeZone = props.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const i18n = useMemo<I18n>(
    () => ({
      language,
      t: (key, values) => translate(language, key, values),
      name: (prefix, of) => translateName(language, prefix, of),
      ago: (at, now) => {
        const { unit, count } = toSpan(now - at);
        return translate(language, `ago.${unit}`, { count });
      },
      format: createFormat(language, timeZone),
    }),
    [language, timeZone],
  );
  return <I18nContext value={i18n}>{props.children}</I18nContext>;
}
