/**
 * Every error code of the product, with one line for docs/errors.md and whether trying again can help.
 * Codes are stable: they appear in logs, job failures, API problem documents and exit messages.
 */
export const ERROR_CODES = {
  CONFIG_SYNTAX: { retry: false, meaning: 'The configuration file is not valid YAML.' },
  CONFIG_INVALID: { retry: false, meaning: 'A configuration key is unknown, missing or has a value out of range.' },
  CONFIG_REFERENCE: {
    retry: false,
    meaning: 'The configuration names a zone, line, detector or model that does not exist.',
  },
  CONFIG_CONFLICT: {
    retry: false,
    meaning: 'The configuration file was changed by somebody else since it was read.',
  },
  MODEL_UNKNOWN: { retry: false, meaning: 'No model of that id is in the manifest.' },
  MODEL_MISSING: {
    retry: false,
    meaning: 'The model file is not on this machine; `watchpost models pull` fetches it.',
  },
  MODEL_CHECKSUM: { retry: false, meaning: 'The model file does not have the SHA-256 that its manifest entry states.' },
  MODEL_SHAPE: { retry: false, meaning: 'The input or output shapes of the model do not fit its manifest entry.' },
  MODEL_LOAD: { retry: false, meaning: 'The inference runtime refused the model file.' },
  INFERENCE_FAILED: { retry: true, meaning: 'One inference run failed; its frames were counted as dropped.' },
  SOURCE_OPEN: { retry: true, meaning: 'The camera or file could not be opened.' },
  SOURCE_NO_VIDEO: { retry: false, meaning: 'The source was opened but holds no video.' },
  SOURCE_STALLED: { retry: true, meaning: 'The source stopped sending pictures.' },
  SOURCE_ENDED: { retry: true, meaning: 'The source ended.' },
  PTZ_UNAVAILABLE: {
    retry: true,
    meaning:
      'The camera cannot be asked or turned by ONVIF; where a sweep goes by its answers, its schedule holds until it can.',
  },
  HARDWARE_DECODE: {
    retry: true,
    meaning: 'The hardware decoder gave no pictures of this camera; they are decoded by the processor.',
  },
  FFMPEG_MISSING: { retry: false, meaning: 'ffmpeg or ffprobe is not installed.' },
  SEGMENT_BROKEN: { retry: false, meaning: 'A recorded segment cannot be read.' },
  EVIDENCE_NOT_READY: { retry: true, meaning: 'The recording does not yet reach the end of the clip.' },
  EVIDENCE_GONE: { retry: false, meaning: 'The recording of the event was already removed.' },
  EVIDENCE_ERASED: {
    retry: false,
    meaning: 'Clip and pictures of the case were erased by the rules of retention; its decision stays.',
  },
  EVIDENCE_UNVERIFIED: {
    retry: true,
    meaning: 'The clip that was cut does not hold the trigger instant or cannot be decoded.',
  },
  STORE_UNAVAILABLE: { retry: true, meaning: 'The object store cannot be reached or refused the write.' },
  STORE_NOT_FOUND: { retry: false, meaning: 'No object of that name is in the store.' },
  STORE_LOCKED: {
    retry: true,
    meaning: 'A lock or a legal hold of the object store protects the object; it can be erased when that has ended.',
  },
  DISK_FULL: {
    retry: true,
    meaning: 'No space is left in the data folder for this; the last of it is kept for evidence. Free some.',
  },
  QUEUE_UNAVAILABLE: { retry: true, meaning: 'Redis cannot be reached.' },
  JOB_MALFORMED: { retry: false, meaning: 'A job payload does not fit its schema; it was set aside.' },
  CLOCK_STEPPED: {
    retry: true,
    meaning: "This machine's clock jumped; instants around the jump are marked uncertain.",
  },
  CASE_NOT_FOUND: { retry: false, meaning: 'No case of that id, or it belongs to another unit.' },
  CASE_UNREADABLE: { retry: false, meaning: 'The case file cannot be read as a case: manifest missing or not JSON.' },
  CASE_CONFLICT: { retry: false, meaning: 'Somebody else holds or has decided the case.' },
  AUTH_REQUIRED: { retry: false, meaning: 'Not logged in, or the session has ended.' },
  AUTH_FAILED: { retry: false, meaning: 'User name or password is wrong.' },
  AUTH_CODE_REQUIRED: {
    retry: false,
    meaning: 'The password is right; the code of the second step is missing.',
  },
  AUTH_CODE_WRONG: { retry: true, meaning: 'The code of the second step is wrong, too old or was used already.' },
  AUTH_LOCKED: { retry: true, meaning: 'Too many failed log-ins; the account is locked for some minutes.' },
  AUTH_PROVIDER_UNAVAILABLE: { retry: true, meaning: 'The log-in provider cannot be reached or does not work.' },
  AUTH_PROVIDER_REFUSED: {
    retry: true,
    meaning: 'The log-in at the provider was refused, took too long or does not fit what was asked for.',
  },
  AUTH_NO_ROLE: { retry: false, meaning: 'The account at the provider has no role here, or is disabled here.' },
  AUTH_NAME_TAKEN: { retry: false, meaning: 'Another account here has the name of the account at the provider.' },
  FORBIDDEN: { retry: false, meaning: 'The role does not allow this.' },
  REQUEST_INVALID: { retry: false, meaning: 'The request does not fit its schema.' },
  PASSWORD_CHANGE_REQUIRED: {
    retry: false,
    meaning: 'The password was given by somebody else; choose your own first.',
  },
  SECOND_FACTOR_REQUIRED: {
    retry: false,
    meaning: 'The role needs a second step at log-in; set it up first.',
  },
  PASSWORD_WEAK: { retry: false, meaning: 'The new password is too short, too common or the same as the old one.' },
  NOT_FOUND: { retry: false, meaning: 'No such page, camera, recording or account, or it belongs to another unit.' },
  TOO_MANY_REQUESTS: { retry: true, meaning: 'Too many requests from this address; wait and try again.' },
  MAP_UNAVAILABLE: { retry: true, meaning: 'The source of map tiles does not answer, or gives no picture.' },
  SIGNING_UNAVAILABLE: { retry: true, meaning: 'The configured signer (KMS) does not sign, or signs wrongly.' },
  TIMESTAMP_UNAVAILABLE: { retry: true, meaning: 'The time stamp authority does not answer, or refuses.' },
  TIMESTAMP_INVALID: {
    retry: true,
    meaning: 'What the time stamp authority answered is not a time stamp of this case by the configured certificate.',
  },
  DATABASE_UNAVAILABLE: { retry: true, meaning: 'The database cannot be opened or did not answer.' },
  INTERNAL: { retry: true, meaning: 'A fault of the program; the log has the details.' },
  REQUEST_TOO_LARGE: { retry: false, meaning: 'The upload is larger than allowed.' },
  INPUT_UNREADABLE: { retry: false, meaning: 'An input file cannot be read or has the wrong format.' },
  PORT_IN_USE: { retry: false, meaning: 'Another program listens on the port.' },
} as const satisfies Record<string, { retry: boolean; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An expected failure: what was expected, what was found and where. Programming mistakes stay plain errors. */
export class WatchpostError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'WatchpostError';
    this.code = code;
  }
  /** Whether trying the same again later can succeed. */
  get retryable(): boolean {
    return ERROR_CODES[this.code].retry;
  }
}

/**
 * Hides user and password of every URL in a text, also where a camera wants them in the query. All logs, errors and API
 * answers pass through here.
 */
export const redactUrl = (text: string): string =>
  text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, '$1***@')
    .replace(/([?&](?:user|usr|username|password|passwd|pass|pwd|token|secret)=)[^&\s"']+/gi, '$1***');
