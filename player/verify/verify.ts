import { EXPORT_CASE_FOLDER, type ExportVerification, isExport, verifyExport } from '../../pipeline/export.ts';
import type { TimeStampState } from '../../pipeline/time-stamp.ts';
import { type CaseReader, type Verification, verifyCase } from '../../pipeline/verify.ts';
import { zipReader } from '../../pipeline/zip-reader.ts';
import { type Language, type Word, WORDS } from './words.ts';

type Checked = {
  readonly verification: Verification & Partial<ExportVerification>;
  /** Null when the file is no ZIP. */
  readonly reader: CaseReader | null;
  /** Where the sealed case lies in the archive. */
  readonly folder: string;
};

let language: Language = navigator.language.startsWith('vi') ? 'vi' : 'en';
let checked: Checked | null = null;
/** Pictures and video shown now; freed when the next file comes. */
let shown: string[] = [];

const word = (name: Word, values: Readonly<Record<string, string | number>> = {}): string =>
  Object.entries(values).reduce<string>(
    (text, [key, value]) => text.replace(`{${key}}`, String(value)),
    WORDS[language][name],
  );

const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text = '',
  ...children: readonly Node[]
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag);
  made.textContent = text;
  made.append(...children);
  return made;
};

const find = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new TypeError(`the page has no #${id}`);
  return found;
};

const check = async (file: File): Promise<Checked> => {
  try {
    const reader = zipReader(new Uint8Array(await file.arrayBuffer()));
    return (await isExport(reader))
      ? { reader, folder: EXPORT_CASE_FOLDER, verification: await verifyExport(reader) }
      : { reader, folder: '', verification: await verifyCase(reader) };
  } catch (error) {
    const problems = [{ file: file.name, problem: (error as Error).message }];
    const nothing = { checkedFiles: 0, caseId: null, keyId: null, manifestSha256: null, manifest: null };
    return { reader: null, folder: '', verification: { status: 'unreadable', problems, ...nothing } };
  }
};

const showResult = ({ verification }: Checked): Node[] => {
  const { status, problems, checkedFiles, notes = [] } = verification;
  const count = status === 'intact' ? checkedFiles : problems.length;
  const summary = element('p', word(status, { count }));
  summary.className = 'result';
  summary.dataset['status'] = status;
  const list = element('ul', '', ...problems.map(({ file, problem }) => element('li', `${file}: ${problem}`)));
  list.className = 'bad';
  return [summary, ...(problems.length > 0 ? [list] : []), ...notes.map((note) => element('p', note))];
};

const showFacts = ({
  manifest,
  keyId,
  manifestSha256,
  timeStamp = null,
  export: list,
}: Checked['verification']): Node[] => {
  if (!manifest) return [];
  const { camera, event, gaps } = manifest;
  const instant = (at: number): string => `${new Date(at).toLocaleString(language)} (${new Date(at).toISOString()})`;
  const seconds = event.clockUncertaintyMs / 1_000;
  const facts: [Word, string][] = [
    ['case', manifest.caseId],
    ['camera', camera.name ? `${camera.name} (${camera.id})` : camera.id],
    ['place', camera.place],
    ['time', `${instant(event.triggerAt)}, ${word('uncertainty', { seconds })}`],
    ['rule', event.kind],
    ['hash', manifestSha256 ?? ''],
    ['key', keyId ?? ''],
    ...(timeStamp === null ? [] : [['timeStamp', describeStamp(timeStamp, instant)] as [Word, string]]),
    ...(list
      ? [['exported', `${instant(list.exportedAt)}, ${list.exportedBy} ${list.purpose}`] as [Word, string]]
      : []),
    ...(gaps.length > 0
      ? [['gaps', gaps.map(({ fromAt, cause }) => `${instant(fromAt)} ${cause}`).join('; ')] as [Word, string]]
      : []),
  ];
  const rows = facts.flatMap(([name, value]) => [element('dt', word(name)), element('dd', value)]);
  const advice = element('p', word('keyAdvice'));
  advice.className = 'muted';
  return [element('dl', '', ...rows), advice];
};

const describeStamp = (stamp: NonNullable<TimeStampState>, instant: (at: number) => string): string => {
  if (stamp === 'unchecked') return word('stampUnchecked');
  const { at, accuracyMs, authority } = stamp;
  const exactness = accuracyMs === null ? '' : ` ± ${accuracyMs / 1_000} s`;
  return `${instant(at)}${exactness}, ${authority}. ${word('stampAdvice')}`;
};

const showFiles = ({ verification, folder }: Checked): Node[] => {
  const { manifest, problems, derivedFiles = [], export: list } = verification;
  if (!manifest) return [];
  const isSigned = verification.isListSigned === true;
  const rows = [
    ...manifest.files.map(({ path, origin }) => [`${folder}${path}`, word(origin)] as const),
    ...(list?.files ?? []).map(
      ({ path }) => [path, word(isSigned && derivedFiles.includes(path) ? 'derived' : 'unproven')] as const,
    ),
  ].map(([path, state]) => {
    const problem = problems.find(({ file }) => file === path)?.problem;
    const cell = element('td', problem ?? state);
    if (problem !== undefined) cell.className = 'bad';
    return element('tr', '', element('td', path), cell);
  });
  const head = element('tr', '', element('th', word('file')), element('th', word('state')));
  return [element('table', '', head, ...rows)];
};

/** Only what was found intact is shown: a changed picture beside the word of a court would be believed. */
const showPictures = async ({ verification, reader, folder }: Checked): Promise<Node[]> => {
  const { manifest, problems } = verification;
  if (!manifest || !reader) return [];
  const isSound = (path: string): boolean =>
    !problems.some(({ file }) => file === `${folder}${path}` || file === `${folder}manifest.json`);
  const open = async (path: string, type: string): Promise<string> => {
    const url = URL.createObjectURL(new Blob([new Uint8Array(await reader.read(`${folder}${path}`))], { type }));
    shown.push(url);
    return url;
  };
  const pictures = element('div');
  pictures.className = 'pictures';
  for (const { path, role, mediaType } of manifest.files.filter((file) => isSound(file.path))) {
    if (!role.startsWith('still-')) continue;
    const image = element('img');
    image.alt = path;
    image.src = await open(path, mediaType);
    pictures.append(image);
  }
  const video =
    manifest.files.find(({ role }) => role === 'preview') ?? manifest.files.find(({ role }) => role === 'clip');
  if (!video || !isSound(video.path)) return [pictures];
  const player = element('video');
  player.controls = true;
  player.muted = true;
  player.src = await open(video.path, video.mediaType);
  return [pictures, player];
};

const render = async (): Promise<void> => {
  document.documentElement.lang = language;
  for (const target of document.querySelectorAll<HTMLElement>('[data-text]'))
    target.textContent = word(target.dataset['text'] as Word);
  find('language').textContent = word('other');
  for (const url of shown) URL.revokeObjectURL(url);
  shown = [];
  if (!checked) return;
  const { verification } = checked;
  find('result').replaceChildren(
    ...showResult(checked),
    ...showFacts(verification),
    ...(await showPictures(checked)),
    ...showFiles(checked),
  );
};

const take = async (file: File | undefined): Promise<void> => {
  if (!file) return;
  find('result').replaceChildren(element('p', word('working')));
  checked = await check(file);
  await render();
};

const drop = find('drop');
const input = find('file') as HTMLInputElement;
input.addEventListener('change', () => void take(input.files?.[0]));
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
document.addEventListener('dragleave', () => drop.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  void take(event.dataTransfer?.files[0]);
});
find('language').addEventListener('click', () => {
  language = language === 'vi' ? 'en' : 'vi';
  void render();
});
void render();
