import { createHmac } from 'node:crypto';
import { shortAlert } from '../../pipeline/fire/short-alert.ts';
import { joinIncidents, toFireAlert } from '../../pipeline/fire/incidents.ts';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import { explain } from '../../pipeline/explanation.ts';
import type { IncidentView } from '../contract/incidents.ts';

/** What receivers get, one message per confirmed alert; keys that are not known are absent, never guessed. */
export type AlertMessage = {
  readonly schema: 'watchpost/fire-alert/1';
  /** The same for every attempt: receivers drop what they have. */
  readonly id: string;
  readonly incidentId: string;
  readonly kind: string;
  readonly camera: { readonly id: string; readonly name: string; readonly place: string };
  readonly where: IncidentView['position'];
  /** Road, water, watch post nearest to the place, and the compartment it lies in. */
  readonly nearest: IncidentView['nearest'];
  readonly bearings: readonly NonNullable<IncidentView['alerts'][number]['sight']>[];
  readonly firstSeenAt: string;
  readonly confirmedAt: string;
  readonly sightings: number;
  readonly framesLooked: number;
  readonly growthPercent: number | null;
  readonly stations: number;
  readonly why: { readonly vi: string; readonly en: string };
  /** At most 160 characters of GSM-7. */
  readonly shortText: string;
  readonly link: string;
};

type Site = { readonly timeZone: string; readonly link: string };

/** @param incident the one that the case belongs to */
export const toAlertMessage = (incident: IncidentView, manifest: EvidenceManifest, site: Site): AlertMessage | null => {
  const { event, camera } = manifest;
  const alert = incident.alerts.find((one) => one.case.id === manifest.caseId);
  const own = toFireAlert(event);
  if (!alert || !own) return null;
  const link = `${site.link}/fire`;
  const time = new Intl.DateTimeFormat('vi', { timeStyle: 'short', hour12: false, timeZone: site.timeZone });
  const words = { station: camera.name || camera.id, time: time.format(event.triggerAt), link };
  return {
    schema: 'watchpost/fire-alert/1',
    id: manifest.caseId,
    incidentId: incident.id,
    kind: event.kind,
    camera: { id: camera.id, name: camera.name, place: camera.place },
    where: incident.position,
    nearest: incident.nearest,
    bearings: incident.alerts.flatMap(({ sight }) => sight ?? []),
    firstSeenAt: new Date(event.startAt).toISOString(),
    confirmedAt: new Date(event.triggerAt).toISOString(),
    sightings: own.sightings,
    framesLooked: own.framesLooked,
    growthPercent: own.growthPercent,
    stations: incident.stations,
    why: explain(event),
    shortText: shortAlert(
      { ...joinIncidents([own])[0]!, stations: incident.stations, position: incident.position },
      words,
    ),
    link,
  };
};

/** `t=SECONDS,v1=HEX`: HMAC-SHA-256 of `SECONDS.BODY`. Receivers refuse old times, so a message cannot be sent again. */
export const signatureOf = (body: string, secret: string, atMs: number): string => {
  const seconds = String(Math.floor(atMs / 1000));
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
};
