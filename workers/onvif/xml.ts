/** An element of an XML document, names resolved to their namespaces. */
export type XmlElement = {
  /** '' for none. */
  readonly namespace: string;
  readonly name: string;
  /** Without namespaces: what is read here has none on its attributes. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Of the element itself, without its children's, trimmed. */
  readonly text: string;
};

const MOST_CHARACTERS = 512 * 1024;
const DEEPEST = 64;
const NAME = '[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?';
const TAG = new RegExp(`<(/?)(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`, 'y');
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')`, 'g');
const SKIPPED = /<\?[\s\S]*?\?>|<!--[\s\S]*?-->/y;
const CDATA = /<!\[CDATA\[([\s\S]*?)\]\]>/y;
const TEXT = /[^<]+/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

type Open = {
  qualified: string;
  element: { -readonly [K in keyof XmlElement]: XmlElement[K] } & { children: XmlElement[] };
  scope: Scope;
};
type Scope = ReadonlyMap<string, string>;

/**
 * Reads what devices answer: elements, attributes, text, namespaces [XML 1.0, Namespaces in XML]. No document types and no
 * entities of their own: nothing that a device sends is expanded or fetched.
 * @returns the root element
 * @throws TypeError saying what was wrong, never quoting the text
 */
export const parseXml = (text: string): XmlElement => {
  if (text.length > MOST_CHARACTERS) throw new TypeError('longer than any such answer');
  const open: Open[] = [];
  let root: XmlElement | null = null;
  let at = text.startsWith('\ufeff') ? 1 : 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at = pattern.lastIndex;
    return match;
  };
  while (at < text.length) {
    const plain = take(TEXT) ?? take(CDATA);
    if (plain) {
      const top = open.at(-1);
      const words = plain[1] ?? decode(plain[0]);
      if (top) top.element.text += words;
      else if (words.trim() !== '') throw new TypeError('text outside the root element');
      continue;
    }
    if (take(SKIPPED)) continue;
    const tag = take(TAG);
    if (!tag) throw new TypeError(`not well-formed at character ${String(at)}`);
    const [, closing, qualified = '', attributes = '', empty] = tag;
    if (closing) {
      const top = open.pop();
      if (top?.qualified !== qualified || attributes !== '' || empty) throw new TypeError('elements overlap');
      top.element.text = top.element.text.trim();
      continue;
    }
    if (root && open.length === 0) throw new TypeError('more than one root element');
    if (open.length >= DEEPEST) throw new TypeError('nested too deeply');
    const opened = begin(qualified, attributes, open.at(-1)?.scope ?? new Map<string, string>());
    open.at(-1)?.element.children.push(opened.element);
    root ??= opened.element;
    if (!empty) open.push(opened);
  }
  if (!root || open.length > 0) throw new TypeError('ends before its root element does');
  return root;
};

const begin = (qualified: string, written: string, outer: Scope): Open => {
  const scope = new Map(outer);
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single] of written.matchAll(ATTRIBUTE)) {
    const value = decode(double ?? single ?? '');
    if (name === 'xmlns') scope.set('', value);
    else if (name.startsWith('xmlns:')) scope.set(name.slice(6), value);
    else if (attributes.has(name)) throw new TypeError('an attribute stands twice');
    else attributes.set(name, value);
  }
  const [prefix, name] = qualified.includes(':') ? (qualified.split(':') as [string, string]) : ['', qualified];
  const namespace = scope.get(prefix);
  if (namespace === undefined && prefix !== '') throw new TypeError(`prefix of an element is not declared`);
  return { qualified, element: { namespace: namespace ?? '', name, attributes, children: [], text: '' }, scope };
};

const decode = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w+));|&/g, (_, decimal?: string, hex?: string, name?: string) => {
    const known = name === undefined ? undefined : ENTITIES[name];
    if (known !== undefined) return known;
    const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
    if (!(code > 0 && code <= 0x10ffff)) throw new TypeError('an entity that is not known');
    return String.fromCodePoint(code);
  });
