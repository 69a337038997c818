import type { WatchEvent } from '../event.ts';
import type { Language, Words } from '../explanation-words.ts';
import type { EpochMs } from '../time.ts';
import type { LawEntry, LawPart } from './law-entry.ts';

/** Local day of an instant as `YYYY-MM-DD`: laws begin and end at midnight where they hold. */
export const localDay = (at: EpochMs, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);

const isInForce = ({ effectiveFrom, effectiveTo }: LawEntry, day: string): boolean =>
  (effectiveFrom === null || effectiveFrom <= day) && (effectiveTo === null || day <= effectiveTo);

export const lawsInForce = (laws: readonly LawEntry[], at: EpochMs, timeZone: string): readonly LawEntry[] => {
  const day = localDay(at, timeZone);
  return laws.filter((law) => isInForce(law, day));
};

/**
 * The clauses that may apply to an event, by the law of the day of the act and not of the day of reading. Several may:
 * which one does, if any, is for the officer to say.
 * @param timeZone IANA zone in which the law's days are meant
 */
export const findLaw = (
  laws: readonly LawEntry[],
  event: Pick<WatchEvent, 'kind' | 'triggerAt' | 'subjects' | 'decision'>,
  timeZone: string,
): readonly LawEntry[] => {
  const vehicle =
    event.decision.facts['class'] ??
    (event.subjects.find(({ role }) => role === 'offender') ?? event.subjects[0])?.className;
  return lawsInForce(laws, event.triggerAt, timeZone).filter(
    ({ kind, vehicles, when }) =>
      kind === event.kind &&
      (vehicles.length === 0 || (vehicle !== undefined && vehicles.includes(vehicle))) &&
      (!when ||
        event.decision.measurements.some(
          ({ name, value }) => name === when.measurement && value >= when.min && value <= when.max,
        )),
  );
};

const UNSURE: Words = { vi: ' (chưa kiểm chứng)', en: ' (unverified)' };

/** `Điểm h khoản 2 Điều 7 Nghị định 168/2024/NĐ-CP`; what nobody has checked says so. */
export const lawReference = ({ decree, amendedBy, article, clause, point, unverified }: LawEntry): Words => {
  const by = amendedBy ? { vi: `, sửa đổi bởi ${amendedBy}`, en: `, amended by ${amendedBy}` } : { vi: '', en: '' };
  const isUnsure = unverified.includes('reference');
  return {
    vi: `${point ? `Điểm ${point} khoản` : 'Khoản'} ${clause} Điều ${article} ${decree}${by.vi}${isUnsure ? UNSURE.vi : ''}`,
    en: `${point ? `Point ${point}, clause` : 'Clause'} ${clause}, Article ${article}, ${decree}${by.en}${isUnsure ? UNSURE.en : ''}`,
  };
};

/** Fine and points in words; what is not known or not checked says so. */
export const lawPenalty = ({ fineVnd, points, unverified }: LawEntry): Words => {
  const mark = (part: LawPart, language: Language): string => (unverified.includes(part) ? UNSURE[language] : '');
  const money = (dong: number, language: Language): string =>
    dong.toLocaleString(language === 'vi' ? 'vi-VN' : 'en-US');
  const words = (language: Language): string => {
    const isVi = language === 'vi';
    const fine = fineVnd
      ? `${isVi ? 'Phạt tiền từ' : 'Fine of'} ${money(fineVnd.min, language)} ${isVi ? 'đến' : 'to'} ${money(fineVnd.max, language)} ${isVi ? 'đồng' : 'dong'}${mark('fine', language)}`
      : isVi
        ? 'Mức phạt chưa rõ'
        : 'Fine not known';
    if (points === 0 && !unverified.includes('points')) return fine;
    const taken =
      points === 0
        ? isVi
          ? 'điểm trừ chưa rõ'
          : 'points not known'
        : isVi
          ? `trừ ${points} điểm giấy phép lái xe${mark('points', language)}`
          : `${points} licence points${mark('points', language)}`;
    return `${fine}; ${taken}`;
  };
  return { vi: words('vi'), en: words('en') };
};
