import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { redactUrl, WatchpostError } from '../../pipeline/errors.ts';
import type { RawCamera } from '../contract/setup.ts';

type Json = unknown;
const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSame = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

const parse = (text: string): Document => {
  const document = parseDocument(text);
  const fault = document.errors[0];
  if (fault) throw new WatchpostError('CONFIG_SYNTAX', `The configuration file is broken: ${fault.message}`);
  return document;
};

const camerasOf = (document: Document): YAMLSeq => {
  const found = document.get('cameras');
  if (isSeq(found)) return found;
  const made = document.createNode([]) as YAMLSeq;
  document.set('cameras', made);
  return made;
};

const idOf = (node: Json): Json => (isMap(node) ? node.get('id') : undefined);

/** The cameras of a file as they are written, without defaults, passwords hidden. */
export const readCameras = (text: string): RawCamera[] => {
  const { cameras } = (parse(text).toJS() ?? {}) as { cameras?: RawCamera[] };
  return Array.isArray(cameras) ? cameras.map((camera) => hide(camera) as RawCamera) : [];
};

const hide = (value: Json): Json => {
  if (typeof value === 'string') return redactUrl(value);
  if (Array.isArray(value)) return value.map(hide);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hide(item)]));
  return value;
};

/**
 * Writes a camera into a configuration file: only what changed is written anew, so comments, order and the spelling of
 * all else stay. A camera with an id that is not there is added at the end.
 * @param camera as the page has it, with `***` where passwords are
 */
export const writeCamera = (text: string, camera: RawCamera): string => {
  const document = parse(text);
  const cameras = camerasOf(document);
  const node = cameras.items.find((item) => idOf(item) === camera['id']);
  if (isMap(node)) mergeMap(document, node, camera);
  else cameras.items.push(toNode(document, camera));
  return document.toString({ lineWidth: 120, flowCollectionPadding: true });
};

const mergeMap = (document: Document, node: YAMLMap, wanted: Record<string, Json>): void => {
  const present = node.toJS(document) as Record<string, Json>;
  for (const key of Object.keys(present)) if (wanted[key] === undefined) node.delete(key);
  for (const [key, value] of Object.entries(wanted)) {
    const old = present[key];
    // What is the same, or the same with its password hidden, keeps its spelling.
    if (value === undefined || isSame(old, value) || isSame(hide(old), value)) continue;
    const child = node.get(key, true);
    if (isMap(child) && isObject(value)) mergeMap(document, child, value);
    else if (isSeq(child) && Array.isArray(value) && value.every((item) => isObject(item) && 'id' in item))
      mergeById(document, child, value as Record<string, Json>[]);
    else if (isScalar(child) && !isObject(value) && !Array.isArray(value)) child.value = value;
    else node.set(key, toNode(document, value));
  }
};

/** Lists of things that have ids (rules): each keeps its own comments, wherever it moves. */
const mergeById = (document: Document, node: YAMLSeq, wanted: readonly Record<string, Json>[]): void => {
  const old = new Map(node.items.map((item) => [idOf(item), item]));
  node.items = wanted.map((value) => {
    const item = old.get(value['id']);
    if (!isMap(item)) return toNode(document, value);
    mergeMap(document, item, value);
    return item;
  });
};

/** Points and lists of words on one line, as a person would write them. */
const toNode = (document: Document, value: Json): Json => {
  const node = document.createNode(value);
  const flatten = (one: Json): void => {
    if (isSeq(one)) {
      const plain = one.items.every((item) => isScalar(item) || (isSeq(item) && item.items.every(isScalar)));
      if (plain) one.flow = true;
      else one.items.forEach(flatten);
    } else if (isMap(one)) for (const { value: child } of one.items) flatten(child);
  };
  flatten(node);
  return node;
};

/**
 * The URL that is meant by one whose password is hidden.
 * @param text of the configuration file; `${NAME}` in its URL is filled in from the environment
 */
export const revealUrl = (
  text: string,
  cameraId: string | undefined,
  url: string,
  environment: Readonly<Record<string, string | undefined>>,
): string => {
  const { cameras } = (parse(text).toJS() ?? {}) as { cameras?: { id?: string; source?: { url?: string } }[] };
  const stored = cameras?.find(({ id }) => id === cameraId)?.source?.url;
  const meant = stored !== undefined && redactUrl(stored) === url ? stored : url;
  return meant.replace(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
    (whole, name: string, fallback?: string) => environment[name] ?? fallback ?? whole,
  );
};
