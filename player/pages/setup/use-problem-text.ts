import type { SetupProblem } from '../../../api/contract/setup.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { problemInVietnamese } from './problem-words.ts';

/** A fault as the reader's language has it; the server writes English, as its log and its command do. */
export const useProblemText = (): ((problem: Pick<SetupProblem, 'message'>) => string) => {
  const { language, t } = useI18n();
  return ({ message }) => {
    if (language !== 'vi') return message;
    return problemInVietnamese(message) ?? t('setup.problemAsWritten', { message });
  };
};
