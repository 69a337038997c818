import * as asn1js from 'asn1js';
import {
  Certificate,
  ContentInfo,
  type ExtKeyUsage,
  id_ContentType_SignedData,
  id_eContentType_TSTInfo,
  MessageImprint,
  AlgorithmIdentifier,
  SignedData,
  TimeStampReq,
  TSTInfo,
} from 'pkijs';
import { fromBase64 } from './base64.ts';
import { WatchpostError } from './errors.ts';
import type { TimeStamp } from './time-stamp.ts';

const SHA256_OID = '2.16.840.1.101.3.4.2.1';
/** SHA-256, SHA-384, SHA-512: older ones prove nothing any more. */
const HASHES: Readonly<Record<string, string>> = {
  [SHA256_OID]: 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};
const EXTENDED_KEY_USAGE = '2.5.29.37';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';

/** A buffer of its own: a view may lie in a larger one, and `slice` of Node's buffers copies nothing. */
const copy = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
const digest = async (algorithm: string, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await crypto.subtle.digest(algorithm, copy(bytes)));
const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

/** A request for a time stamp over the document [RFC 3161, section 2.4.1], with the authority's certificate in the answer. */
export const makeRequest = async (document: Uint8Array, nonce: Uint8Array): Promise<Uint8Array> => {
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256_OID, algorithmParams: new asn1js.Null() }),
      hashedMessage: new asn1js.OctetString({ valueHex: (await digest('SHA-256', document)).buffer }),
    }),
    nonce: toNonce(nonce),
    certReq: true,
  });
  return new Uint8Array(request.toSchema().toBER());
};

/** Positive and without a leading zero, so that it has one encoding. */
const toNonce = (bytes: Uint8Array): asn1js.Integer => {
  const value = copy(bytes);
  value[0] = (value[0]! & 0x7f) | 0x40;
  return new asn1js.Integer({ valueHex: value.buffer });
};

/**
 * Takes the token out of an authority's answer [RFC 3161, section 2.4.2], byte for byte.
 * @throws WatchpostError TIMESTAMP_INVALID when it is no answer, TIMESTAMP_UNAVAILABLE when the authority refuses
 */
export const readResponse = (answer: Uint8Array): Uint8Array => {
  const { result, offset } = asn1js.fromBER(copy(answer));
  const [info, token] = result instanceof asn1js.Sequence ? result.valueBlock.value : [];
  const [status, texts] = info instanceof asn1js.Sequence ? info.valueBlock.value : [];
  if (offset !== answer.length || !(status instanceof asn1js.Integer))
    throw new WatchpostError('TIMESTAMP_INVALID', 'the authority did not answer with a time stamp response');
  if (status.valueBlock.valueDec > 1) {
    const said = texts instanceof asn1js.Sequence ? texts.valueBlock.value : [];
    const why = said.flatMap((text) => (text instanceof asn1js.Utf8String ? [text.valueBlock.value] : [])).join('; ');
    const code = status.valueBlock.valueDec;
    throw new WatchpostError('TIMESTAMP_UNAVAILABLE', `the authority refuses (status ${code}${why && `: ${why}`})`);
  }
  if (!(token instanceof asn1js.Sequence))
    throw new WatchpostError('TIMESTAMP_INVALID', 'the authority grants a time stamp and sends none');
  return token.valueBeforeDecodeView.slice(0, token.blockLength);
};

type Token = { readonly signed: SignedData; readonly info: TSTInfo };

const parseToken = (token: Uint8Array): Token => {
  const content = ContentInfo.fromBER(copy(token));
  if (content.contentType !== id_ContentType_SignedData) throw new TypeError('is no signed data');
  const signed = new SignedData({ schema: content.content as asn1js.Sequence });
  const { eContentType, eContent } = signed.encapContentInfo;
  if (eContentType !== id_eContentType_TSTInfo || !eContent) throw new TypeError('holds no time stamp');
  if (signed.signerInfos.length !== 1) throw new TypeError('has not exactly one signature');
  return { signed, info: TSTInfo.fromBER(eContent.getValue()) };
};

/** The certificates of a PEM text; what lies between them is ignored. */
export const readCertificates = (pem: string): readonly Certificate[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)].map(([, body = '']) =>
    Certificate.fromBER(fromBase64(body.replaceAll(/\s/g, ''))),
  );

/** @returns whether the token answers the request that had this nonce */
export const hasNonce = (token: Uint8Array, nonce: Uint8Array): boolean =>
  parseToken(token).info.nonce?.isEqual(toNonce(nonce)) ?? false;

const nameOf = (certificate: Certificate): string =>
  certificate.subject.typesAndValues
    .map(({ value }) => (value as { readonly valueBlock: { readonly value: unknown } }).valueBlock.value)
    .filter((value) => typeof value === 'string')
    .join(', ');

/**
 * Checks a token as RFC 3161 (sections 2.3 and 2.4.2) and RFC 5816 ask: hash of the document, signature, that the signed
 * attributes name the certificate, its purpose, and, where trusted certificates are given, its way to one of them at the
 * instant of the stamp. Revocation is not looked up: it needs a network.
 */
export const checkToken = async (
  token: Uint8Array,
  document: Uint8Array,
  certificates: readonly string[],
): Promise<TimeStamp | { readonly problem: string }> => {
  try {
    const { signed, info } = parseToken(token);
    const { hashAlgorithm, hashedMessage } = info.messageImprint;
    const hash = HASHES[hashAlgorithm.algorithmId];
    if (hash === undefined)
      return { problem: `uses the hash ${hashAlgorithm.algorithmId}, which is not strong enough` };
    if (!isSame(hashedMessage.valueBlock.valueHexView, await digest(hash, document)))
      return { problem: 'the authority stamped another document' };

    const data = copy(document).buffer;
    const own = await signed.verify({ signer: 0, data, extendedMode: true }).catch((error: unknown) => error as Error);
    if (own instanceof Error) return { problem: `the authority's signature cannot be checked: ${own.message}` };
    const signer = own.signerCertificate;
    if (own.signatureVerified !== true || !signer) return { problem: "the authority's signature is wrong" };
    if (!(await namesCertificate(signed, signer)))
      return { problem: 'the signed attributes do not name the certificate of the authority' };
    if (!isForTimeStamps(signer)) return { problem: `the certificate "${nameOf(signer)}" is not made for time stamps` };

    const trustedCerts = certificates.flatMap(readCertificates);
    if (certificates.length > 0) {
      const chain = await signed
        .verify({ signer: 0, data, trustedCerts, checkChain: true, extendedMode: true })
        .catch((error: unknown) => error as Error);
      if (chain instanceof Error || chain.signerCertificateVerified !== true)
        return {
          problem: `the certificate "${nameOf(signer)}" of the authority does not lead to a trusted one, or was not valid then`,
        };
    }
    return {
      at: info.genTime.getTime(),
      accuracyMs: toAccuracyMs(info),
      authority: nameOf(signer),
      isTrusted: certificates.length > 0 ? true : null,
    };
  } catch (error) {
    return { problem: `is no time stamp token: ${(error as Error).message}` };
  }
};

const toAccuracyMs = ({ accuracy }: TSTInfo): number | null =>
  accuracy ? (accuracy.seconds ?? 0) * 1_000 + (accuracy.millis ?? 0) + (accuracy.micros ?? 0) / 1_000 : null;

/** RFC 3161, section 2.3: this purpose, no other, and critical. */
const isForTimeStamps = ({ extensions = [] }: Certificate): boolean => {
  const usage = extensions.find(({ extnID }) => extnID === EXTENDED_KEY_USAGE);
  const purposes = (usage?.parsedValue as ExtKeyUsage | undefined)?.keyPurposes ?? [];
  return usage?.critical === true && purposes.length === 1 && purposes[0] === TIME_STAMPING;
};

/** ESSCertID [RFC 2634] or ESSCertIDv2 [RFC 5035]: the signature is bound to one certificate. */
const namesCertificate = async (signed: SignedData, certificate: Certificate): Promise<boolean> => {
  const attributes = signed.signerInfos[0]?.signedAttrs?.attributes ?? [];
  const der = new Uint8Array(certificate.toSchema().toBER());
  for (const { type, values } of attributes) {
    if (type !== SIGNING_CERTIFICATE && type !== SIGNING_CERTIFICATE_V2) continue;
    const first = memberOf(memberOf(values[0], 0), 0);
    const parts = first instanceof asn1js.Sequence ? first.valueBlock.value : [];
    const hashed = parts.find((part) => part instanceof asn1js.OctetString);
    const algorithm = parts[0] instanceof asn1js.Sequence ? memberOf(parts[0], 0) : null;
    const oid = algorithm instanceof asn1js.ObjectIdentifier ? algorithm.valueBlock.toString() : SHA256_OID;
    const name = type === SIGNING_CERTIFICATE ? 'SHA-1' : HASHES[oid];
    if (name === undefined || !hashed) return false;
    return isSame(hashed.valueBlock.valueHexView, await digest(name, der));
  }
  return false;
};

const memberOf = (block: unknown, at: number): unknown =>
  block instanceof asn1js.Sequence ? block.valueBlock.value[at] : undefined;
