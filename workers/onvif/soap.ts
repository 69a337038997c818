import { createHash, randomBytes } from 'node:crypto';
import { redactUrl, WatchpostError } from '../../pipeline/errors.ts';
import { withTimeLimit } from '../../pipeline/time-limit.ts';
import { parseXml, type XmlElement } from './xml.ts';

const SOAP = 'http://www.w3.org/2003/05/soap-envelope';
const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';
const MOST_BYTES = 512 * 1024;
const TIMEOUT_MS = 5_000;

export type Login = { readonly username: string; readonly password: string };

/**
 * The header that says who asks: the password goes as a digest of itself, the time and a number used once
 * [WS-Security UsernameToken Profile 1.0 §3.1; ONVIF Core §5.12].
 * @param nonce 16 random bytes; given only by tests
 */
export const usernameToken = ({ username, password }: Login, createdAt: number, nonce = randomBytes(16)): string => {
  const created = new Date(createdAt).toISOString().replace(/\.\d+Z$/, 'Z');
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64');
  return (
    `<w:Security xmlns:w="${OASIS}-wssecurity-secext-1.0.xsd" s:mustUnderstand="1"><w:UsernameToken>` +
    `<w:Username>${escape(username)}</w:Username>` +
    `<w:Password Type="${OASIS}-username-token-profile-1.0#PasswordDigest">${digest}</w:Password>` +
    `<w:Nonce EncodingType="${OASIS}-soap-message-security-1.0#Base64Binary">${nonce.toString('base64')}</w:Nonce>` +
    `<u:Created xmlns:u="${OASIS}-wssecurity-utility-1.0.xsd">${created}</u:Created>` +
    `</w:UsernameToken></w:Security>`
  );
};

export const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (letter) => `&#${String(letter.charCodeAt(0))};`);

export type Question = {
  /** Without user and password. */
  readonly url: string;
  /** Namespace and name of the request; the answer is `${name}Response` in the same namespace. */
  readonly namespace: string;
  readonly name: string;
  /** Inside of the request, in that namespace as the default one. */
  readonly body: string;
  /** Security header, or none. */
  readonly header: string;
};

/**
 * One question to a device, SOAP 1.2 over HTTP. Redirections are not followed: a camera does not send us elsewhere.
 * @returns the answer's element
 * @throws WatchpostError PTZ_UNAVAILABLE, without user, password or what the device wrote
 */
export const ask = async (
  { url, namespace, name, body, header }: Question,
  signal: AbortSignal,
): Promise<XmlElement> => {
  const fail = (why: string, cause?: unknown): never => {
    throw new WatchpostError('PTZ_UNAVAILABLE', `${redactUrl(url)} ${name}: ${why}`, { cause });
  };
  const envelope =
    `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="${SOAP}"><s:Header>${header}</s:Header>` +
    `<s:Body><${name} xmlns="${namespace}">${body}</${name}></s:Body></s:Envelope>`;
  let [status, text] = [0, ''];
  try {
    [status, text] = await withTimeLimit(TIMEOUT_MS, signal, async (limited) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': `application/soap+xml; charset=utf-8; action="${namespace}/${name}"` },
        body: envelope,
        redirect: 'error',
        signal: limited,
      });
      return [response.status, await readAtMost(response)];
    });
  } catch (error) {
    return fail((error as Error).name === 'TimeoutError' ? 'no answer' : `cannot be reached`, error);
  }
  if (status === 401 || status === 403) return fail('user or password is refused');
  let root: XmlElement;
  try {
    root = parseXml(text);
  } catch (error) {
    return fail(status === 200 ? `answer is not XML: ${(error as Error).message}` : `HTTP ${String(status)}`);
  }
  const answer = bodyOf(root);
  if (answer?.namespace === SOAP && answer.name === 'Fault')
    return fail(isRefusal(answer) ? 'user or password is refused' : 'refused by the camera');
  if (status !== 200) return fail(`HTTP ${String(status)}`);
  if (answer?.namespace !== namespace || answer.name !== `${name}Response`) return fail('answer is of another kind');
  return answer;
};

const readAtMost = async (response: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new TypeError('answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

const bodyOf = (root: XmlElement): XmlElement | undefined => {
  if (root.namespace !== SOAP || root.name !== 'Envelope') return undefined;
  return root.children.find(({ namespace, name }) => namespace === SOAP && name === 'Body')?.children[0];
};

/** Code `ter:NotAuthorized` [ONVIF Core §5.11.2.2], or that of WS-Security. */
const isRefusal = (element: XmlElement): boolean =>
  /NotAuthorized|FailedAuthentication|InvalidSecurity/.test(element.text) || element.children.some(isRefusal);
