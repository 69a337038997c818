import { en } from './en.ts';
import { type MessageKey, vi } from './vi.ts';

export type Language = 'vi' | 'en';
export type Values = Readonly<Record<string, string | number>>;
export const LANGUAGES: readonly Language[] = ['vi', 'en'];

const MESSAGES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { vi, en };

/** The text of a key with its `{names}` filled in. */
export function translate(language: Language, key: MessageKey, values: Values = {}): string {
  return MESSAGES[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text of a key that is put together from data, or the data itself where no text exists (a model's own class). */
export function translateName(language: Language, prefix: string, name: string): string {
  const messages: Readonly<Record<string, string>> = MESSAGES[language];
  return messages[`${prefix}.${name}`] ?? name.replaceAll('_', ' ');
}

/** Every name of a family that has a text. */
export const namesOf = (prefix: string): string[] =>
  Object.keys(vi).flatMap((key) => (key.startsWith(`${prefix}.`) ? [key.slice(prefix.length + 1)] : []));

/** Whether a text exists for a name that comes from data. */
export const hasName = (prefix: string, name: string): boolean => `${prefix}.${name}` in vi;
