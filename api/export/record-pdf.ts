import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import PdfDocument from 'pdfkit';
import qrcode from 'qrcode-generator';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import type { CaseSummary } from '../contract/cases.ts';
import type { LawClause } from '../contract/law.ts';
import { recordFields, recordTime } from './record-fields.ts';

/** Be Vietnam Pro, SIL Open Font License 1.1: every Vietnamese letter with its tone marks; only used glyphs are embedded. */
const FONTS = dirname(createRequire(import.meta.url).resolve('@expo-google-fonts/be-vietnam-pro/package.json'));
const REGULAR = join(FONTS, '400Regular', 'BeVietnamPro_400Regular.ttf');
const BOLD = join(FONTS, '700Bold', 'BeVietnamPro_700Bold.ttf');

/** A4 in points of 1/72 inch. */
const PAGE = { width: 595.28, height: 841.89, margin: 42 } as const;
const WIDTH = PAGE.width - 2 * PAGE.margin;
const LABEL_WIDTH = 150;
const QR_SIZE = 84;

export type RecordOptions = {
  readonly summary: CaseSummary;
  readonly manifest: EvidenceManifest;
  readonly manifestSha256: string;
  readonly keyId: string;
  readonly law: readonly LawClause[];
  readonly platesRead?: readonly string[];
  readonly unit: string;
  readonly settling?: { readonly unit: string; readonly contact: string };
  readonly timeZone: string;
  /** JPEG stills in order of time, each with its offset from the act in ms. */
  readonly stills: readonly { readonly offsetMs: number; readonly jpeg: Uint8Array }[];
  /** Crops of the plates of the vehicles that the case is about. */
  readonly plateCrops?: readonly Uint8Array[];
  readonly printedAt: number;
  readonly printedBy: string;
};

/** What the code on the record says: enough to find the case and to hold its seal against the paper. */
export const recordCode = (caseId: string, manifestSha256: string, keyId: string): string =>
  `watchpost:${caseId}:${manifestSha256}:${keyId}`;

/**
 * The record of a case on paper, in Vietnamese, A4: fields of the police's public record, three stills with their
 * offsets, and a code with the seal's hash. Derived from the sealed case; the paper proves nothing by itself.
 */
export const recordPdf = (options: RecordOptions): Promise<Buffer> => {
  const { summary, manifest, manifestSha256, keyId, timeZone, printedAt } = options;
  const document = new PdfDocument({
    size: 'A4',
    margin: PAGE.margin,
    lang: 'vi-VN',
    pdfVersion: '1.7',
    font: REGULAR,
    info: { Title: `Hồ sơ ${manifest.caseId}`, Subject: manifestSha256, CreationDate: new Date(printedAt) },
  });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => void chunks.push(chunk));
    document.on('end', () => resolve(Buffer.concat(chunks)));
    document.on('error', reject);
  });
  document.registerFont('regular', REGULAR).registerFont('bold', BOLD);

  const confirmed = summary.state === 'confirmed';
  drawCode(document, recordCode(manifest.caseId, manifestSha256, keyId));
  document
    .font('bold')
    .fontSize(15)
    .text('BẢN GHI NHẬN HÀNH VI VI PHẠM', PAGE.margin, PAGE.margin, { width: WIDTH - QR_SIZE - 12 })
    .font('regular')
    .fontSize(9)
    .text('thu được bằng phương tiện, thiết bị kỹ thuật nghiệp vụ', { width: WIDTH - QR_SIZE - 12 })
    .moveDown(0.3)
    .font('bold')
    .text(
      confirmed ? 'Đã được người có thẩm quyền xác nhận.' : 'CHƯA ĐƯỢC XÁC NHẬN: máy chỉ đề xuất, không phải kết luận.',
      { width: WIDTH - QR_SIZE - 12 },
    )
    .font('regular')
    .text(`Mã hồ sơ: ${manifest.caseId}`, { width: WIDTH - QR_SIZE - 12 });
  document.y = Math.max(document.y, PAGE.margin + QR_SIZE) + 10;

  drawFields(document, recordFields(options));
  drawPlates(document, options.plateCrops ?? []);
  drawStills(document, options);
  drawSeal(document, [
    `SHA-256 của manifest: ${manifestSha256}`,
    `Khóa ký: ${keyId} (Ed25519). Kiểm tra: watchpost verify, hoặc verify.html trong hồ sơ xuất.`,
    `In lúc ${recordTime(printedAt, timeZone)} bởi ${options.printedBy}. Bản in được tạo từ hồ sơ gốc, không thay hồ sơ gốc.`,
  ]);
  document.end();
  return done;
};

type Page = InstanceType<typeof PdfDocument>;

/** Squares drawn as one path: sharp at any size, and no picture to embed. */
const drawCode = (document: Page, text: string): void => {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  const side = QR_SIZE / count;
  const [left, top] = [PAGE.width - PAGE.margin - QR_SIZE, PAGE.margin];
  for (let row = 0; row < count; row++)
    for (let column = 0; column < count; column++)
      // A hair wider than a module: some viewers show seams between neighbours.
      if (code.isDark(row, column)) document.rect(left + column * side, top + row * side, side + 0.05, side + 0.05);
  document.fill('black');
};

const drawFields = (document: Page, fields: ReturnType<typeof recordFields>): void => {
  document.fontSize(9);
  for (const { label, value } of fields) {
    const height = Math.max(
      document.font('regular').heightOfString(value, { width: WIDTH - LABEL_WIDTH }),
      document.font('bold').heightOfString(label, { width: LABEL_WIDTH - 8 }),
    );
    if (document.y + height > PAGE.height - PAGE.margin) document.addPage();
    const { y } = document;
    document.font('bold').text(label, PAGE.margin, y, { width: LABEL_WIDTH - 8 });
    document.font('regular').text(value, PAGE.margin + LABEL_WIDTH, y, { width: WIDTH - LABEL_WIDTH });
    document.y = y + height + 3;
    document.x = PAGE.margin;
  }
};

const offsetWords = (ms: number): string => {
  const value = `${(Math.abs(ms) / 1_000).toFixed(2).replace('.', ',')} giây`;
  return ms < 0 ? `trước ${value}` : ms > 0 ? `sau ${value}` : 'thời điểm ghi nhận';
};

const drawStills = (document: Page, { stills, manifest }: RecordOptions): void => {
  if (stills.length === 0) return;
  const gap = 8;
  const { width, height } = manifest.clip;
  const each = (WIDTH - gap * (stills.length - 1)) / stills.length;
  const tall = Math.min((each * height) / width, 220);
  if (document.y + tall + 30 > PAGE.height - PAGE.margin) document.addPage();
  const top = document.y + 6;
  stills.forEach(({ offsetMs, jpeg }, index) => {
    const left = PAGE.margin + index * (each + gap);
    try {
      document.image(Buffer.from(jpeg), left, top, { fit: [each, tall], align: 'center' });
    } catch {
      // One picture that cannot be read must not keep the rest of the record from being printed.
      document.fontSize(8).text('(không đọc được ảnh này)', left, top, { width: each });
    }
    document.fontSize(8).text(`Ảnh ${index + 1}: ${offsetWords(offsetMs)}`, left, top + tall + 2, { width: each });
  });
  document.x = PAGE.margin;
  document.y = top + tall + 18;
};

/** Small, as they are: enough to hold the letters above against what the camera saw. */
const PLATE_HEIGHT = 44;

const drawPlates = (document: Page, crops: readonly Uint8Array[]): void => {
  if (crops.length === 0) return;
  if (document.y + PLATE_HEIGHT > PAGE.height - PAGE.margin) document.addPage();
  const { y } = document;
  document
    .font('bold')
    .fontSize(9)
    .text('Ảnh biển số', PAGE.margin, y, { width: LABEL_WIDTH - 8 });
  crops.slice(0, 3).forEach((jpeg, index) => {
    try {
      document.image(Buffer.from(jpeg), PAGE.margin + LABEL_WIDTH + index * 120, y, { fit: [112, PLATE_HEIGHT] });
    } catch {
      document.font('regular').text('(không đọc được ảnh này)', PAGE.margin + LABEL_WIDTH + index * 120, y);
    }
  });
  document.font('regular');
  document.x = PAGE.margin;
  document.y = y + PLATE_HEIGHT + 4;
};

const drawSeal = (document: Page, lines: readonly string[]): void => {
  document.fontSize(7.5);
  const height = lines.reduce((sum, line) => sum + document.heightOfString(line, { width: WIDTH }), 8);
  if (document.y + height > PAGE.height - PAGE.margin) document.addPage();
  document
    .moveTo(PAGE.margin, document.y + 2)
    .lineTo(PAGE.width - PAGE.margin, document.y + 2)
    .lineWidth(0.5)
    .stroke();
  document.y += 6;
  for (const line of lines) document.text(line, PAGE.margin, document.y, { width: WIDTH });
};
