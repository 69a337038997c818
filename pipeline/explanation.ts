import type { Measurement, RuleKind, WatchEvent } from './event.ts';
import {
  capitalise,
  className,
  type Language,
  PICTURE_FAULT_NAMES,
  quantity,
  ridersInWords,
  RULE_NAMES,
  withArticle,
  type Words,
} from './explanation-words.ts';

/** What sentences are made of: an event, or anything that has its decision and subjects. */
export type Explainable = Pick<WatchEvent, 'decision' | 'subjects'>;

type Sentences = (told: Told) => Words;

/**
 * One or two sentences in Vietnamese and English that say what was measured against which threshold. They are made from
 * the decision data alone, so they cannot claim more than the rule saw, and the same event always reads the same.
 */
export const explain = (event: Explainable): Words => {
  const told = new Told(event);
  const { ruleKind } = event.decision;
  return (SENTENCES[ruleKind] ?? listing(ruleKind))(told);
};

/** The words of one event, ready to stand in a sentence. */
class Told {
  readonly #event: Explainable;
  constructor(event: Explainable) {
    this.#event = event;
  }

  get measurements(): readonly Measurement[] {
    return this.#event.decision.measurements;
  }

  fact(name: string): string {
    return this.#event.decision.facts[name] ?? '?';
  }

  /** The vehicle or person, e.g. `xe máy`. */
  subject(language: Language): string {
    return className(this.#event.decision.facts['class'] ?? this.#event.subjects[0]?.className, language);
  }

  value(name: string, language: Language): string {
    const found = this.#find(name);
    return found ? quantity(found.value, found.unit, language) : '?';
  }

  /** How long the signal had been red; at least so long when its change was not seen. */
  redAge(language: Language): string {
    const age = this.value('redAge', language);
    if (this.fact('redStartSeen') === 'yes') return age;
    return { vi: `ít nhất ${age}`, en: `at least ${age}` }[language];
  }

  /** Whose word the state of a signal is, where it was not read from the picture. */
  signalFrom(language: Language): string {
    if (!this.isFact('signalFrom', 'controller')) return '';
    return {
      vi: ' Trạng thái đèn do bộ điều khiển đèn cung cấp.',
      en: ' What the signal showed was told by its controller.',
    }[language];
  }

  /** Where a tower saw it: from true north, with two standard deviations; nothing of it without a calibrated pose. */
  bearing(language: Language): string {
    const azimuth = this.#find('azimuth');
    if (!azimuth) return { vi: 'trên hình', en: 'on the picture' }[language];
    const [value, error] = [this.value('azimuth', language), this.value('azimuthError', language)];
    return { vi: `ở phương vị ${value} ± ${error}`, en: `at bearing ${value} ± ${error}` }[language];
  }

  threshold(name: string, language: Language): string {
    const found = this.#find(name);
    return found?.threshold === undefined ? '?' : quantity(found.threshold, found.unit, language);
  }

  /** ` (driver: helmet; passenger: bare head)`; nothing where it is not known who sits where. */
  riders(language: Language): string {
    const riders = this.#event.decision.facts['riders'];
    return riders === undefined ? '' : ` (${ridersInWords(riders, language)})`;
  }

  /** The law counts whom a driver carries, the rule everybody on the vehicle. */
  passengers(language: Language): string {
    const riders = this.#find('riders');
    return riders ? quantity(riders.value - 1, riders.unit, language) : '?';
  }

  isFact(name: string, value: string | undefined): boolean {
    return this.#event.decision.facts[name] === value;
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  isNone(name: string): boolean {
    return this.#find(name)?.value === 0;
  }

  /** ` (threshold 6 persons)`; nothing where the value was held against none. */
  limit(name: string, language: Language): string {
    if (this.#find(name)?.threshold === undefined) return '';
    return ` (${{ vi: 'ngưỡng', en: 'threshold' }[language]} ${this.threshold(name, language)})`;
  }

  #find(name: string): Measurement | undefined {
    return this.measurements.find((measurement) => measurement.name === name);
  }
}

/** One more sentence where people dismissed smoke at the same place. */
const learnt = (t: Told, language: Language): string => {
  if (!t.has('learnt')) return '';
  const cost = t.value('learnt', language);
  return {
    vi: ` Chỗ này đã từng bị bác bỏ, nên ngưỡng cao hơn ${cost}.`,
    en: ` Smoke was dismissed here before, so ${cost} more was asked for.`,
  }[language];
};

/** One more sentence where the mast does not stand as it was calibrated, or that could not be checked. */
const mast = (t: Told, language: Language): string => {
  if (t.has('mastTurned')) {
    const [turned, error] = [t.value('mastTurned', language), t.value('mastError', language)];
    return {
      vi: ` Cột camera đã lệch ${turned} ± ${error} so với khi hiệu chuẩn; phương vị đã được chỉnh theo mốc trên hình.`,
      en: ` The mast has turned by ${turned} ± ${error} since it was calibrated; the bearing is corrected by landmarks.`,
    }[language];
  }
  // Nothing is said where landmarks agree, or where the camera has none to be held against.
  if (!t.fact('mast').startsWith('unsure')) return '';
  return {
    vi: ' Không đối chiếu được mốc trên hình lúc này, nên chưa rõ cột camera có bị lệch hay không.',
    en: ' Landmarks could not be seen, so it is not known whether the mast still stands as calibrated.',
  }[language];
};

/** One more sentence where another camera was seeing the same place. */
const second = (t: Told, language: Language): string => {
  if (t.isFact('seconders', undefined)) return '';
  const cameras = t.fact('seconders').split(' ').join(', ');
  return { vi: ` Camera ${cameras} cũng thấy ở chỗ đó.`, en: ` Camera ${cameras} saw it at that place too.` }[language];
};

/** One more where it reaches into a place that people marked, though it does not stand there. */
const masks = (t: Told, language: Language): string => {
  if (t.isFact('masks', undefined)) return '';
  const marked = t
    .fact('masks')
    .split(' ')
    .map((id) => `“${id}”`)
    .join(', ');
  return { vi: ` Khói chạm vùng loại trừ ${marked}.`, en: ` It reaches into the excluded place ${marked}.` }[language];
};

const smoke: Sentences = (t) => ({
  vi: `Thấy ${t.subject('vi')} ${t.bearing('vi')} trong ${t.value('sightings', 'vi')} (ngưỡng ${t.threshold('sightings', 'vi')}), kéo dài ${t.value('seen', 'vi')}. Mức chứng cứ ${t.value('evidence', 'vi')} (ngưỡng ${t.threshold('evidence', 'vi')}).${second(t, 'vi')}${learnt(t, 'vi')}${masks(t, 'vi')}${mast(t, 'vi')}`,
  en: `${capitalise(t.subject('en'))} was seen ${t.bearing('en')} in ${t.value('sightings', 'en')} (threshold ${t.threshold('sightings', 'en')}), over ${t.value('seen', 'en')}. Evidence ${t.value('evidence', 'en')} (threshold ${t.threshold('evidence', 'en')}).${second(t, 'en')}${learnt(t, 'en')}${masks(t, 'en')}${mast(t, 'en')}`,
});

/** One more sentence of a crowd where the ground is calibrated. */
const density = (t: Told, language: Language): string => {
  if (!t.has('density')) return '';
  const [mean, densest] = [
    t.value('density', language) + t.limit('density', language),
    t.value('densestSpot', language),
  ];
  return {
    vi: ` Mật độ trung bình ${mean}, chỗ đông nhất ${densest}.`,
    en: ` Mean density ${mean}, at the densest spot ${densest}.`,
  }[language];
};

/** One more where it is known how many people there are at this hour on other days. */
const usual = (t: Told, language: Language): string => {
  if (!t.has('timesUsual')) return '';
  const [times, count] = [t.value('timesUsual', language), t.value('usualCount', language)];
  const limit = t.limit('timesUsual', language).replace(')', { vi: ' lần)', en: ' times)' }[language]);
  return {
    vi: ` Gấp ${times} lần mức thường ngày vào giờ này là ${count}${limit}.`,
    en: ` That is ${times} times the usual count of this hour, ${count}${limit}.`,
  }[language];
};

/** Whether goods come back to a spot is what a patrol wants to know of it. */
const recurrence = (t: Told, language: Language): string => {
  const days = t.value('recurrence', language);
  if (t.isNone('recurrence'))
    return {
      vi: 'Những ngày trước chưa ghi nhận chỗ này bị chiếm.',
      en: 'It was not seen to be taken on earlier days.',
    }[language];
  return {
    vi: `Chỗ này từng bị chiếm trong ${days} trước đó.`,
    en: `The spot had been taken on ${days} before.`,
  }[language];
};

const pictureFault = (t: Told): Words => ({
  vi: `Hình ảnh camera ${PICTURE_FAULT_NAMES[t.fact('fault')]?.vi ?? 'bất thường'} ít nhất ${t.value('duration', 'vi')} (ngưỡng ${t.threshold('duration', 'vi')}).`,
  en: `The camera's picture ${PICTURE_FAULT_NAMES[t.fact('fault')]?.en ?? 'is at fault'} for at least ${t.value('duration', 'en')} (threshold ${t.threshold('duration', 'en')}).`,
});

const misreadSignal = (t: Told): Words => ({
  vi: `Đèn tín hiệu “${t.fact('signal')}” có thể đang bị đọc sai: ${t.value('passed', 'vi')}, tức ${t.value('passedOnRed', 'vi')} lượng xe (ngưỡng ${t.threshold('passedOnRed', 'vi')}), qua vạch dừng “${t.fact('line')}” trong một lần đèn được đọc là đỏ. Chừng nào còn như vậy, hệ thống không lập hồ sơ vượt đèn đỏ. Cần kiểm tra vùng đèn trên hình và tín hiệu thực tế.`,
  en: `Signal “${t.fact('signal')}” is probably misread: ${t.value('passed', 'en')}, ${t.value('passedOnRed', 'en')} of the traffic (threshold ${t.threshold('passedOnRed', 'en')}), passed stop line “${t.fact('line')}” while it was read as red. As long as that is so no red-light case is made. Check the regions of its lamps and what the signal really shows.`,
});

const SENTENCES: Partial<Record<RuleKind, Sentences>> = {
  smoke,
  flame: smoke,
  wrong_way: (t) => ({
    vi: `${capitalise(t.subject('vi'))} di chuyển ngược chiều quy định của “${t.fact('zone')}” trong ${t.value('duration', 'vi')}. Hướng đi đo trên hình lệch ${t.value('headingDifference', 'vi')} so với chiều quy định (ngưỡng ${t.threshold('headingDifference', 'vi')}).`,
    en: `${capitalise(withArticle(t.subject('en')))} moved against the legal direction of “${t.fact('zone')}” for ${t.value('duration', 'en')}. Its heading on the picture differed from the legal one by ${t.value('headingDifference', 'en')} (threshold ${t.threshold('headingDifference', 'en')}).`,
  }),
  wrong_lane: (t) => ({
    vi: `${capitalise(t.subject('vi'))} di chuyển trong “${t.fact('zone')}”, nơi loại phương tiện này không được phép đi, trong ${t.value('duration', 'vi')} (ngưỡng ${t.threshold('duration', 'vi')}). Điểm xe chạm đất cách mép làn ${t.value('distanceToMarking', 'vi')} (ngưỡng ${t.threshold('distanceToMarking', 'vi')}).`,
    en: `${capitalise(withArticle(t.subject('en')))} travelled in “${t.fact('zone')}”, which its class may not use, for ${t.value('duration', 'en')} (threshold ${t.threshold('duration', 'en')}). Its ground point was ${t.value('distanceToMarking', 'en')} from the lane's edge (threshold ${t.threshold('distanceToMarking', 'en')}).`,
  }),
  crowding: (t) => ({
    vi: `Đếm được ${t.value('count', 'vi')} trong “${t.fact('zone')}”${t.limit('count', 'vi')}, kéo dài ${t.value('duration', 'vi')} tính đến lúc báo.${density(t, 'vi')}${usual(t, 'vi')}`,
    en: `${t.value('count', 'en')} were counted in “${t.fact('zone')}”${t.limit('count', 'en')}, for ${t.value('duration', 'en')} up to this report.${density(t, 'en')}${usual(t, 'en')}`,
  }),
  line_count: (t) => ({
    vi: `${capitalise(t.subject('vi'))} qua vạch “${t.fact('line')}” theo chiều ${t.fact('direction') === 'in' ? 'vào' : 'ra'}.`,
    en: `${capitalise(withArticle(t.subject('en')))} crossed line “${t.fact('line')}” in direction ${t.fact('direction')}.`,
  }),
  red_light: (t) => ({
    vi: `${capitalise(t.subject('vi'))} qua vạch dừng “${t.fact('line')}” khi đèn “${t.fact('signal')}” đã đỏ ${t.redAge('vi')} và ${t.value('afterLine', 'vi')} sau đó đi tiếp vào nút giao khi đèn vẫn đỏ.${t.signalFrom('vi')}`,
    en: `${capitalise(withArticle(t.subject('en')))} passed stop line “${t.fact('line')}” when signal “${t.fact('signal')}” had been red for ${t.redAge('en')}, and went on into the junction ${t.value('afterLine', 'en')} later, still on red.${t.signalFrom('en')}`,
  }),
  stop_line: (t) => ({
    vi: `${capitalise(t.subject('vi'))} qua vạch dừng “${t.fact('line')}” khi đèn “${t.fact('signal')}” đã đỏ ${t.redAge('vi')} và dừng lại quá vạch ít nhất ${t.value('standing', 'vi')}, chưa vào nút giao.${t.signalFrom('vi')}`,
    en: `${capitalise(withArticle(t.subject('en')))} passed stop line “${t.fact('line')}” when signal “${t.fact('signal')}” had been red for ${t.redAge('en')} and stood beyond it for at least ${t.value('standing', 'en')}, not yet in the junction.${t.signalFrom('en')}`,
  }),
  pavement_riding: (t) => ({
    vi: `${capitalise(t.subject('vi'))} chạy trên vỉa hè “${t.fact('zone')}” trong ${t.value('duration', 'vi')} (ngưỡng ${t.threshold('duration', 'vi')}).`,
    en: `${capitalise(withArticle(t.subject('en')))} was ridden on pavement “${t.fact('zone')}” for ${t.value('duration', 'en')} (threshold ${t.threshold('duration', 'en')}).`,
  }),
  illegal_stop: (t) => ({
    vi: `${capitalise(t.subject('vi'))} đứng yên trong “${t.fact('zone')}” ${t.value('standing', 'vi')} (ngưỡng ${t.threshold('standing', 'vi')}), không tính thời gian chờ đèn đỏ và ùn ứ đã nhận biết được.`,
    en: `${capitalise(withArticle(t.subject('en')))} stood in “${t.fact('zone')}” for ${t.value('standing', 'en')} (threshold ${t.threshold('standing', 'en')}), not counting time that was recognised as waiting on red or in a queue.`,
  }),
  loitering: (t) => ({
    vi: `${capitalise(t.subject('vi'))} lưu lại trong “${t.fact('zone')}” ${t.value('dwell', 'vi')} (ngưỡng ${t.threshold('dwell', 'vi')}).`,
    en: `${capitalise(withArticle(t.subject('en')))} stayed in “${t.fact('zone')}” for ${t.value('dwell', 'en')} (threshold ${t.threshold('dwell', 'en')}).`,
  }),
  dumped_rubbish: (t) => ({
    vi: `Một vật trước đó không có nằm yên trong “${t.fact('zone')}” ${t.value('still', 'vi')} (ngưỡng ${t.threshold('still', 'vi')}), không còn ai bên cạnh trong ${t.value('alone', 'vi')} (ngưỡng ${t.threshold('alone', 'vi')}). Ngay trước đó có ${t.subject('vi')} ở chỗ này. Hệ thống không biết đó là vật gì, người duyệt xem xét.`,
    en: `A thing that was not there before stood in “${t.fact('zone')}” for ${t.value('still', 'en')} (threshold ${t.threshold('still', 'en')}), left alone for ${t.value('alone', 'en')} (threshold ${t.threshold('alone', 'en')}). ${capitalise(withArticle(t.subject('en')))} was at the place just before. What the thing is, is for the reviewer to judge.`,
  }),
  encroachment: (t) => ({
    vi: `${t.fact('what') === 'goods' ? 'Vật không rõ loại (không phải phương tiện hay người)' : capitalise(t.subject('vi'))} chiếm chỗ trong “${t.fact('zone')}” ${t.value('standing', 'vi')} (ngưỡng ${t.threshold('standing', 'vi')}). ${recurrence(t, 'vi')}`,
    en: `${t.fact('what') === 'goods' ? 'A thing that is neither a vehicle nor a person' : capitalise(withArticle(t.subject('en')))} took up a spot in “${t.fact('zone')}” for ${t.value('standing', 'en')} (threshold ${t.threshold('standing', 'en')}). ${recurrence(t, 'en')}`,
  }),
  camera_health: (t) => (t.isFact('fault', 'signal') ? misreadSignal(t) : pictureFault(t)),
  speed: (t) => ({
    vi: `Tốc độ trung bình của ${t.subject('vi')} ước tính ${t.value('speed', 'vi')} (khoảng tin cậy 95%: ${t.value('speedLow', 'vi')} đến ${t.value('speedHigh', 'vi')}; giới hạn ${t.threshold('speed', 'vi')}), đo trên ${t.value('distance', 'vi')} trong ${t.value('duration', 'vi')}. Chỉ có giá trị tham khảo, không phải kết quả của thiết bị đo đã kiểm định.`,
    en: `The mean speed of the ${t.subject('en')} is estimated at ${t.value('speed', 'en')} (95 % interval ${t.value('speedLow', 'en')} to ${t.value('speedHigh', 'en')}; limit ${t.threshold('speed', 'en')}), measured over ${t.value('distance', 'en')} in ${t.value('duration', 'en')}. Indicative only: not a certified measurement.`,
  }),
  too_many_riders: (t) => ({
    vi: `Đếm được ${t.value('riders', 'vi')} trên một ${t.subject('vi')}, tức chở theo ${t.passengers('vi')} (trung vị các khung hình; cho phép tối đa ${t.threshold('riders', 'vi')} kể cả người lái), quan sát trong ${t.value('seen', 'vi')}. Trường hợp được miễn trừ do người duyệt xem xét.`,
    en: `${t.value('riders', 'en')} were counted on one ${t.subject('en')}, so it carried ${t.passengers('en')} beside the driver (median of the frames; ${t.threshold('riders', 'en')} at most with the driver), seen for ${t.value('seen', 'en')}. Exemptions are for the reviewer to judge.`,
  }),
  no_helmet: (t) => ({
    vi: `Số người trên ${t.subject('vi')} được nhận định là không đội mũ bảo hiểm: ${t.value('withoutHelmet', 'vi')}${t.riders('vi')}. Quan sát trong ${t.value('seen', 'vi')}, mức thống nhất giữa các khung hình ${t.value('agreement', 'vi')} (ngưỡng ${t.threshold('agreement', 'vi')}).${t.isFact('moved', 'no') ? ' Xe đang dừng.' : ''}`,
    en: `Riders of the ${t.subject('en')} judged to wear no helmet: ${t.value('withoutHelmet', 'en')}${t.riders('en')}. Seen for ${t.value('seen', 'en')}, agreement between frames ${t.value('agreement', 'en')} (threshold ${t.threshold('agreement', 'en')}).${t.isFact('moved', 'no') ? ' It was not seen to move.' : ''}`,
  }),
};

/** For kinds without a sentence of their own: the rule's name and every measured value. */
const listing =
  (ruleKind: RuleKind): Sentences =>
  (t) => {
    const measured = (language: Language, thresholdWord: string): string =>
      t.measurements
        .map(({ name, unit, value, threshold }) => {
          const limit = threshold === undefined ? '' : ` (${thresholdWord} ${quantity(threshold, unit, language)})`;
          return `${name} ${quantity(value, unit, language)}${limit}`;
        })
        .join('; ');
    const sentence = (language: Language, thresholdWord: string): string => {
      const values = measured(language, thresholdWord);
      return `${RULE_NAMES[ruleKind][language]}${values ? `: ${values}` : ''}.`;
    };
    return { vi: sentence('vi', 'ngưỡng'), en: sentence('en', 'threshold') };
  };
