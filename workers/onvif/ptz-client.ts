import type { Clock } from '../../pipeline/clock.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { PtzPosition } from '../../pipeline/fire/ptz.ts';
import { ask, escape, type Login, usernameToken } from './soap.ts';
import type { XmlElement } from './xml.ts';

const DEVICE = 'http://www.onvif.org/ver10/device/wsdl';
const MEDIA = 'http://www.onvif.org/ver10/media/wsdl';
const PTZ = 'http://www.onvif.org/ver20/ptz/wsdl';
const SCHEMA = 'http://www.onvif.org/ver10/schema';
/** xs:float as devices write it; no INF, no NaN. */
const FLOAT = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** What was learnt of the camera when it was first asked. */
type Device = { readonly clockOffsetMs: number; readonly ptzUrl: string; readonly profile: string };

/** How fast it turns, each −1 to 1 of what the camera can: right, up and nearer are positive [ONVIF PTZ §5.3.3]. */
export type PtzVelocity = { readonly pan: number; readonly tilt: number; readonly zoom: number };
/** A position that is stored in the camera. `name` may be empty. */
export type PtzPreset = { readonly token: string; readonly name: string };

/**
 * Asks a camera where its mast stands, and turns it [ONVIF Core, Media, PTZ §5.3]. Its clock is asked first, since it refuses
 * log-ins that are not of its own time, then which service and which profile.
 */
export class PtzClient {
  readonly #url: string;
  readonly #login: Login | null;
  readonly #clock: Clock;
  #device: Device | null = null;

  /** @param url of the device service; user and password are taken from it, else from `source` */
  constructor(url: string, source: string, clock: Clock) {
    const [own, other] = [loginOf(url), loginOf(source)];
    this.#login = own ?? other;
    const bare = new URL(url);
    bare.username = bare.password = '';
    this.#url = bare.href;
    this.#clock = clock;
  }

  /** @throws WatchpostError PTZ_UNAVAILABLE, see `ask` */
  async position(signal: AbortSignal): Promise<PtzPosition> {
    return toPosition(await this.#turning('GetStatus', '', signal));
  }

  /**
   * Turns until `stop`, but no longer than `forMs`: should the stop be lost on its way, the camera stops by itself.
   * @throws WatchpostError PTZ_UNAVAILABLE
   */
  async move({ pan, tilt, zoom }: PtzVelocity, forMs: number, signal: AbortSignal): Promise<void> {
    // What a camera cannot do it refuses even at speed zero, so nothing that stands still is named.
    const turn = pan === 0 && tilt === 0 ? '' : `<PanTilt xmlns="${SCHEMA}" x="${String(pan)}" y="${String(tilt)}"/>`;
    const nearer = zoom === 0 ? '' : `<Zoom xmlns="${SCHEMA}" x="${String(zoom)}"/>`;
    const timeout = `<Timeout>PT${String(forMs / 1000)}S</Timeout>`;
    await this.#turning('ContinuousMove', `<Velocity>${turn}${nearer}</Velocity>${timeout}`, signal);
  }

  /** @throws WatchpostError PTZ_UNAVAILABLE */
  async stop(signal: AbortSignal): Promise<void> {
    await this.#turning('Stop', '<PanTilt>true</PanTilt><Zoom>true</Zoom>', signal);
  }

  /** @throws WatchpostError PTZ_UNAVAILABLE */
  async presets(signal: AbortSignal): Promise<readonly PtzPreset[]> {
    const answer = await this.#turning('GetPresets', '', signal);
    return answer.children
      .filter(({ namespace, name }) => namespace === PTZ && name === 'Preset')
      .flatMap((preset) => {
        const token = preset.attributes.get('token') ?? '';
        return token === '' ? [] : [{ token, name: optional(preset, 'Name')?.text ?? '' }];
      });
  }

  /** @throws WatchpostError PTZ_UNAVAILABLE, also for a preset that the camera does not have */
  async goTo(preset: string, signal: AbortSignal): Promise<void> {
    await this.#turning('GotoPreset', `<PresetToken>${escape(preset)}</PresetToken>`, signal);
  }

  /** One question to the part that turns. @param body after the profile's token */
  async #turning(name: string, body: string, signal: AbortSignal): Promise<XmlElement> {
    try {
      this.#device ??= await this.#open(signal);
      const { ptzUrl, profile } = this.#device;
      return await this.#ask(ptzUrl, PTZ, name, `<ProfileToken>${escape(profile)}</ProfileToken>${body}`, signal);
    } catch (error) {
      // It may have been restarted, with another clock and other profiles.
      this.#device = null;
      throw error;
    }
  }

  async #open(signal: AbortSignal): Promise<Device> {
    const time = await ask(
      { url: this.#url, namespace: DEVICE, name: 'GetSystemDateAndTime', body: '', header: '' },
      signal,
    );
    const clockOffsetMs = toOffset(time, this.#clock.now());
    this.#device = { clockOffsetMs, ptzUrl: this.#url, profile: '' };
    const capabilities = await this.#ask(this.#url, DEVICE, 'GetCapabilities', '<Category>All</Category>', signal);
    const [mediaUrl, ptzUrl] = ['Media', 'PTZ'].map((service) =>
      this.#here(one(capabilities, 'Capabilities', service, 'XAddr').text),
    ) as [string, string];
    const profiles = await this.#ask(mediaUrl, MEDIA, 'GetProfiles', '', signal);
    const turning = profiles.children.find(
      ({ namespace, name, children }) =>
        namespace === MEDIA &&
        name === 'Profiles' &&
        children.some((child) => child.namespace === SCHEMA && child.name === 'PTZConfiguration'),
    );
    const profile = turning?.attributes.get('token');
    if (!profile) throw new WatchpostError('PTZ_UNAVAILABLE', 'GetProfiles: no profile of the camera can turn');
    return { clockOffsetMs, ptzUrl, profile };
  }

  #ask(url: string, namespace: string, name: string, body: string, signal: AbortSignal): Promise<XmlElement> {
    const createdAt = this.#clock.now() + (this.#device?.clockOffsetMs ?? 0);
    const header = this.#login ? usernameToken(this.#login, createdAt) : '';
    return ask({ url, namespace, name, body, header }, signal);
  }

  /** Cameras behind a router name addresses of their own; and none may name somebody else's. */
  #here(address: string): string {
    let path = '';
    try {
      const { pathname, search } = new URL(address);
      path = pathname + search;
    } catch {
      throw new WatchpostError('PTZ_UNAVAILABLE', 'GetCapabilities: address of a service is not a URL');
    }
    return new URL(path, this.#url).href;
  }
}

const loginOf = (url: string): Login | null => {
  try {
    const { username, password } = new URL(url);
    return username === '' ? null : { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return null;
  }
};

const refuse = (what: string): never => {
  throw new WatchpostError('PTZ_UNAVAILABLE', `answer of the camera: ${what}`);
};

/** The one descendant along a path of the schema's names; the first name may be of the service itself. */
const one = (from: XmlElement, ...path: readonly string[]): XmlElement =>
  path.reduce((element, wanted, depth) => {
    const found = element.children.filter(
      ({ name, namespace }) =>
        name === wanted && (namespace === SCHEMA || (depth === 0 && namespace === from.namespace)),
    );
    return found.length === 1 ? found[0]! : refuse(`one <${wanted}> expected, found ${String(found.length)}`);
  }, from);

const optional = (from: XmlElement, name: string): XmlElement | undefined =>
  from.children.find((child) => child.namespace === SCHEMA && child.name === name);

const coordinate = (element: XmlElement, axis: 'x' | 'y'): number => {
  const written = element.attributes.get(axis) ?? '';
  return FLOAT.test(written) ? Number(written) : refuse(`<${element.name}> has no number as ${axis}`);
};

const MOVE_STATES = ['IDLE', 'MOVING', 'UNKNOWN'];

/** @param answer GetStatusResponse */
const toPosition = (answer: XmlElement): PtzPosition => {
  const status = one(answer, 'PTZStatus');
  const position = one(status, 'Position');
  const panTilt = one(position, 'PanTilt');
  const zoom = optional(position, 'Zoom');
  const moves = optional(status, 'MoveStatus')?.children ?? [];
  for (const { text, name } of moves) if (!MOVE_STATES.includes(text)) refuse(`<${name}> of MoveStatus is not known`);
  return {
    pan: coordinate(panTilt, 'x'),
    tilt: coordinate(panTilt, 'y'),
    zoom: zoom ? coordinate(zoom, 'x') : null,
    isMoving: moves.some(({ text }) => text === 'MOVING'),
  };
};

/** How far the camera's clock is ahead of ours, ms; 0 where it does not say. @param answer GetSystemDateAndTimeResponse */
const toOffset = (answer: XmlElement, now: number): number => {
  const utc = optional(one(answer, 'SystemDateAndTime'), 'UTCDateTime');
  if (!utc) return 0;
  const part = (group: 'Date' | 'Time', name: string): number => {
    const { text } = one(utc, group, name);
    return /^\d{1,4}$/.test(text) ? Number(text) : refuse(`<${name}> of its clock is not a number`);
  };
  const told = Date.UTC(
    part('Date', 'Year'),
    part('Date', 'Month') - 1,
    part('Date', 'Day'),
    part('Time', 'Hour'),
    part('Time', 'Minute'),
    part('Time', 'Second'),
  );
  return told - now;
};
