import type { CaseChange, LiveEvent, LivePlate, LiveStatus } from '../../api/contract/live.ts';
import type { WatchAlert } from '../../api/contract/passages.ts';
import type { CameraState, LiveFrame } from '../../pipeline/live.ts';
import { toQuery } from '../api-client.ts';
import { PlateBook } from './plate-book.ts';
import { Timeline } from './timeline.ts';

/** How the page stands with the server. `since` is when contact was lost, epoch ms of this machine. */
export type Contact =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly live: boolean }
  | { readonly state: 'lost'; readonly since: number };

/** The server says its state every 2 s; so long without a word, the connection is dead even if nothing reports it. */
const SILENCE_MS = 15_000;
/** Tiles come into view one after another; one new connection serves them all. */
const REGROUP_MS = 150;
/** What two streams say at the same time comes within so long. */
const TWICE_MS = 1_000;
const RETRY_MS = { first: 1_000, most: 15_000 };

/**
 * The one server-sent event stream of the page, shared by everything on it: browsers open few connections to one
 * server, and the video needs the others. Cameras on the screen are asked for by name; when they change, a new stream
 * takes over from the old one, and nothing that is said meanwhile is lost.
 */
export class LiveConnection {
  /** Plates of the cameras on the screen, for whoever may see plates. */
  readonly plates = new PlateBook();
  readonly #timelines = new Map<string, Timeline>();
  readonly #wanted = new Map<string, number>();
  readonly #states = new Map<string, CameraState>();
  readonly #listeners = new Set<() => void>();
  readonly #caseListeners = new Set<(change: CaseChange) => void>();
  readonly #watchListeners = new Set<(alert: WatchAlert) => void>();
  #source: EventSource | null = null;
  /** The stream before, until the new one speaks: an alert of that moment must not fall between the two. */
  #leaving: EventSource | null = null;
  /** What it said meanwhile; the new one may say it again. */
  readonly #saidBefore = new Set<string>();
  #forgetting: ReturnType<typeof setTimeout> | undefined;
  #contact: Contact = { state: 'connecting' };
  #cameraStates: ReadonlyMap<string, CameraState> = new Map();
  #lastWordAt = 0;
  #retryMs = RETRY_MS.first;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setInterval> | undefined;
  #openFor = '';

  open(): void {
    if (this.#watchdog !== undefined) return;
    this.#watchdog = setInterval(() => {
      if (this.#source && Date.now() - this.#lastWordAt > SILENCE_MS) this.#lose();
    }, 2_000);
    this.#connect();
  }

  close(): void {
    clearInterval(this.#watchdog);
    clearTimeout(this.#timer);
    this.#watchdog = undefined;
    this.#leave();
    this.#source = closed(this.#source);
  }

  /** Called after every change of `contact` or `states`. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  onCase(listener: (change: CaseChange) => void): () => void {
    this.#caseListeners.add(listener);
    return () => this.#caseListeners.delete(listener);
  }

  onWatch(listener: (alert: WatchAlert) => void): () => void {
    this.#watchListeners.add(listener);
    return () => this.#watchListeners.delete(listener);
  }

  contact = (): Contact => this.#contact;
  states = (): ReadonlyMap<string, CameraState> => this.#cameraStates;

  /** The analysed moments of a camera, filled for as long as somebody wants them. */
  timeline(cameraId: string): Timeline {
    let timeline = this.#timelines.get(cameraId);
    if (!timeline) this.#timelines.set(cameraId, (timeline = new Timeline()));
    return timeline;
  }

  /** Asks for a camera's frames until the answer is called. */
  want(cameraId: string): () => void {
    this.#wanted.set(cameraId, (this.#wanted.get(cameraId) ?? 0) + 1);
    this.#regroup();
    let wanted = true;
    return () => {
      if (!wanted) return;
      wanted = false;
      const left = (this.#wanted.get(cameraId) ?? 1) - 1;
      if (left > 0) this.#wanted.set(cameraId, left);
      else this.#wanted.delete(cameraId);
      this.#regroup();
    };
  }

  #regroup(): void {
    if (this.#watchdog === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#address() !== this.#openFor || !this.#source) this.#connect();
    }, REGROUP_MS);
  }

  #address(): string {
    return `/api/live${toQuery({ cameras: [...this.#wanted.keys()].sort().join(',') })}`;
  }

  #connect(): void {
    clearTimeout(this.#timer);
    this.#leave();
    this.#leaving = this.#source;
    this.#openFor = this.#address();
    this.#lastWordAt = Date.now();
    const source = new EventSource(this.#openFor);
    this.#source = source;
    const on = (name: LiveEvent, act: (data: unknown) => void): void => {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        this.#hear();
        if (source === this.#leaving) this.#saidBefore.add(event.data);
        else if (this.#leaving) {
          this.#leaving = closed(this.#leaving);
          this.#forgetting = setTimeout(() => this.#saidBefore.clear(), TWICE_MS);
        }
        if (source === this.#source && this.#saidBefore.delete(event.data)) return;
        act(JSON.parse(event.data));
      });
    };
    source.onopen = () => this.#hear();
    source.onerror = () => {
      if (source === this.#source) this.#lose();
    };
    on('frame', (data) => {
      const { cameraId, sessionId, capturedAt, tracks, viewMoves = false } = data as LiveFrame;
      this.timeline(cameraId).add({ at: capturedAt, tracks, sessionId, viewMoves });
    });
    on('camera', (state) => this.#setState(state as CameraState));
    on('case', (change) => this.#caseListeners.forEach((listener) => listener(change as CaseChange)));
    on('plate', (plate) => this.plates.add(plate as LivePlate));
    on('watch', (alert) => this.#watchListeners.forEach((listener) => listener(alert as WatchAlert)));
    on('status', (status) => this.#setContact({ state: 'connected', live: (status as LiveStatus).live }));
  }

  #hear(): void {
    this.#lastWordAt = Date.now();
    this.#retryMs = RETRY_MS.first;
    if (this.#contact.state !== 'connected') this.#setContact({ state: 'connected', live: true });
  }

  #leave(): void {
    clearTimeout(this.#forgetting);
    this.#leaving = closed(this.#leaving);
    this.#saidBefore.clear();
  }

  #lose(): void {
    this.#leave();
    this.#source = closed(this.#source);
    if (this.#contact.state !== 'lost') this.#setContact({ state: 'lost', since: this.#lastWordAt });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.most);
  }

  #setState(state: CameraState): void {
    this.#states.set(state.cameraId, state);
    this.#cameraStates = new Map(this.#states);
    this.#listeners.forEach((listener) => listener());
  }

  #setContact(contact: Contact): void {
    this.#contact = contact;
    this.#listeners.forEach((listener) => listener());
  }
}

const closed = (source: EventSource | null): null => {
  source?.close();
  return null;
};
