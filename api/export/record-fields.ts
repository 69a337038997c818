import type { EvidenceManifest, PlateReading } from '../../pipeline/evidence.ts';
import { explain } from '../../pipeline/explanation.ts';
import { className, RULE_NAMES } from '../../pipeline/explanation-words.ts';
import type { CaseSummary } from '../contract/cases.ts';
import type { LawClause } from '../contract/law.ts';

/** One line of the record: label and what stands behind it. */
export type RecordField = { readonly label: string; readonly value: string };

/** To be filled in by hand: what a camera cannot know. */
const BLANK = '……………………………………………………';

const STATUS_WORDS: Readonly<Record<string, string>> = {
  detected: 'Mới phát hiện, chưa có quyết định',
  verified: 'Chưa xử phạt',
  owner_identified: 'Chưa xử phạt (đã xác định chủ phương tiện)',
  notified: 'Chưa xử phạt (đã gửi thông báo)',
  published: 'Chưa xử phạt (đã đăng công khai)',
  settled: 'Đã xử phạt',
  cancelled: 'Đã hủy, không xử phạt',
};

/** `HH:MM, dd/mm/yyyy` as the police's public record writes it. */
export const recordTime = (at: number, timeZone: string): string => {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
      ...{ day: '2-digit', month: '2-digit', year: 'numeric' },
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const { hour = '', minute = '', day = '', month = '', year = '' } = parts;
  return `${hour}:${minute}, ${day}/${month}/${year}`;
};

/** Readings of the vehicles that the case is about, in the order of its subjects. */
export const subjectPlates = ({ event, plates = [] }: EvidenceManifest): readonly PlateReading[] =>
  event.subjects.flatMap(({ trackId }) => plates.filter((plate) => plate.trackId === trackId));

/** What a machine read is evidence only where it says so; the rest is for a person to compare with the picture. */
const plateWords = (manifest: EvidenceManifest): string => {
  const read = subjectPlates(manifest).flatMap(({ text, grade }) =>
    text === null ? [] : [grade === 'evidence' ? text : `${text} (máy đọc chưa chắc chắn, phải đối chiếu với ảnh)`],
  );
  return read.length > 0 ? read.join('\n') : BLANK;
};

const seconds = (ms: number): string => String(Math.round(ms / 100) / 10).replace('.', ',');

/**
 * The fields of the police's public record of a violation, then what an officer must know of how sure they are. What no
 * camera knows is left to be filled in; what was not verified says so.
 */
export const recordFields = (options: {
  readonly summary: CaseSummary;
  readonly manifest: EvidenceManifest;
  readonly law: readonly LawClause[];
  /** What officers read on the plates of the case, where they said so. */
  readonly platesRead?: readonly string[];
  readonly unit: string;
  /** Who settles it and where to reach them; empty: to be filled in. */
  readonly settling?: { readonly unit: string; readonly contact: string };
  readonly timeZone: string;
}): readonly RecordField[] => {
  const { summary, manifest, law, unit, settling, timeZone, platesRead = [] } = options;
  const { event, camera } = manifest;
  const at = event.triggerAt;
  const secondOfMinute = new Intl.DateTimeFormat('en-GB', { timeZone, second: '2-digit' }).format(at).padStart(2, '0');
  const behaviour = law.flatMap(({ behaviour: words, reference, portalCode, penalty }) => [
    `${words.vi} – ${reference.vi}${portalCode ? ` (mã ${portalCode})` : ''}. ${penalty.vi}.`,
  ]);
  return [
    { label: 'Biển kiểm soát', value: platesRead.length > 0 ? platesRead.join('\n') : plateWords(manifest) },
    { label: 'Màu biển', value: BLANK },
    { label: 'Loại phương tiện', value: className(summary.subjectClass ?? undefined, 'vi') },
    { label: 'Thời gian vi phạm', value: recordTime(at, timeZone) },
    {
      label: 'Chính xác đến',
      value: `giây thứ ${secondOfMinute}, sai số đồng hồ ± ${seconds(event.clockUncertaintyMs)} giây`,
    },
    { label: 'Địa điểm vi phạm', value: camera.place || camera.name || BLANK },
    { label: 'Hành vi do máy đề xuất', value: RULE_NAMES[event.kind].vi },
    { label: 'Hành vi vi phạm, quy định', value: behaviour.length > 0 ? behaviour.join('\n') : BLANK },
    { label: 'Trạng thái', value: summary.status ? (STATUS_WORDS[summary.status] ?? summary.status) : BLANK },
    { label: 'Đơn vị phát hiện vi phạm', value: unit || BLANK },
    { label: 'Nơi giải quyết vụ việc', value: settling?.unit || BLANK },
    { label: 'Địa chỉ, điện thoại', value: settling?.contact || BLANK },
    { label: 'Thiết bị ghi nhận', value: `camera ${camera.name || camera.id} (${camera.id})` },
    { label: 'Máy đã ghi nhận', value: explain(event).vi },
    ...(event.kind === 'speed'
      ? [{ label: 'Lưu ý', value: 'Tốc độ chỉ mang tính tham khảo, thiết bị chưa kiểm định.' }]
      : []),
    ...(manifest.gaps.length > 0
      ? [{ label: 'Đoạn không có ghi hình', value: manifest.gaps.map(({ cause }) => cause).join(', ') }]
      : []),
    {
      label: 'Người quyết định',
      value: summary.verdict
        ? `${summary.verdict.by}, ${recordTime(summary.verdict.at, timeZone)}${summary.verdict.note ? ` – ${summary.verdict.note}` : ''}`
        : 'chưa có quyết định; máy chỉ đề xuất',
    },
  ];
};
