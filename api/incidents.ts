import type { EvidenceManifest } from '../pipeline/evidence.ts';
import { explain } from '../pipeline/explanation.ts';
import { type FireAlert, type Incident, joinIncidents, toFireAlert } from '../pipeline/fire/incidents.ts';
import { type EpochMs, toCapturedAt } from '../pipeline/time.ts';
import type { Scope } from './accounts/account.ts';
import type { CaseSummary } from './contract/cases.ts';
import type { IncidentView } from './contract/incidents.ts';
import { aroundOf, type FireMap, NO_FIRE_MAP } from './fire-map.ts';
import { fileUrl } from './repositories/case-detail.ts';
import type { CaseRepository } from './repositories/cases.ts';

const FIRE_KINDS = ['smoke', 'flame'] as const;
/** Most alerts joined at a time: more than a desk of people could look at. */
const LIMIT = 200;

/** An incident without what is known of its alerts, and of how their smoke goes on. */
type SeenIncident = Omit<IncidentView, 'progress' | 'actions' | 'alerts'> & {
  readonly alerts: readonly Omit<IncidentView['alerts'][number], 'standing'>[];
};

/** Incidents that somebody may see, newest first, made afresh of their cases: a case is never in two places. */
export const recentIncidents = async (
  cases: CaseRepository,
  scope: Scope,
  after: EpochMs,
  fireMap: FireMap = NO_FIRE_MAP,
): Promise<readonly SeenIncident[]> => {
  const summaries = await cases.ofKinds(FIRE_KINDS, { after, limit: LIMIT }, scope);
  const known = new Map<string, { summary: CaseSummary; manifest: EvidenceManifest }>();
  for (const summary of summaries) {
    const manifest = JSON.parse(await cases.manifest(summary.id)) as EvidenceManifest;
    known.set(summary.id, { summary, manifest });
  }
  const alerts = [...known.values()].flatMap(({ manifest }) => toFireAlert(manifest.event) ?? []);
  const toView = (incident: Incident): SeenIncident => ({
    ...incident,
    ...aroundOf(fireMap, incident.position),
    alerts: incident.alerts.map((alert) => toAlertView(alert, known.get(alert.eventId)!)),
  });
  return joinIncidents(alerts, fireMap.terrain)
    .map(toView)
    .sort((a, b) => b.lastAt - a.lastAt);
};

const toAlertView = (
  { sight, sightings, framesLooked, growthPercent }: FireAlert,
  { summary, manifest }: { readonly summary: CaseSummary; readonly manifest: EvidenceManifest },
): SeenIncident['alerts'][number] => ({
  case: summary,
  sight: sight && { station: sight.station, azimuthDeg: sight.azimuthDeg, sigmaDeg: sight.sigmaDeg },
  sightings,
  framesLooked,
  growthPercent,
  crops: manifest.files.flatMap(({ role, path, ptsMs }) =>
    role === 'plume-crop' && ptsMs !== undefined
      ? [{ url: fileUrl(summary.id, path), at: toCapturedAt(manifest.clock, ptsMs) }]
      : [],
  ),
  explanation: explain(manifest.event),
});
