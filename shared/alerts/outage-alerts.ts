import { clusterName } from '../domain/arns.ts';
import type { ClusterCensus } from '../domain/breaker.ts';
import type { ClusterArn } from '../domain/model.ts';
import { type OutageIncident, type RepairsIncident, repairsId } from '../incidents/outage-incident.ts';
import type { Alert } from './alert.ts';
import { duration, instant, sections, toSubject } from './text.ts';

export function outageAlert(incident: OutageIncident, census: ClusterCensus): Alert {
  const cluster = clusterName(incident.clusterArn);
  const scope = incident.zones === 'all' ? '' : ` in ${incident.zones.join(', ')}`;
  return {
    id: `${incident.id}#${incident.openedAtMs}#opened`,
    kind: 'outage',
    state: 'opened',
    severity: 'critical',
    cluster,
    subject: toSubject(`[${cluster}] Outage${scope}: ${census.away} of ${census.total} agents disconnected`),
    body: sections({
      What: `${census.away} of the ${census.total} container instances of the cluster are disconnected at once. The cause is hardly in the instances: the network, an Availability Zone, or ECS itself.`,
      Where: [...census.zones].map(
        ([zone, { away, total }]) => `${zone}: ${total === undefined ? away : `${away} of ${total}`} disconnected`,
      ),
      Since: instant(incident.openedAtMs),
      Done: `Nothing, on purpose: until it is over there are no repairs and no single alerts ${incident.zones === 'all' ? 'in the cluster' : `about instances${scope}`}. Drains that Auto Scaling asks for go on.`,
      Next: 'Look at the AWS Health Dashboard, the route to the ECS endpoints (NAT, VPC endpoints, DNS) and what was deployed last. You are told when it is over.',
    }),
  };
}

export function outageResolvedAlert(incident: OutageIncident, away: number, nowMs: number): Alert {
  return outageEnd(incident, nowMs, {
    headline: `outage, ${away} agents still disconnected`,
    what: `The outage is over: ${away} container instances are still disconnected, of up to ${incident.awayMax}.`,
    next: 'Nothing to do. For what is still disconnected the clocks of alerts and repairs start anew now.',
  });
}

/** The operator has taken the cluster away from Ebbtide meanwhile. */
export function outageLeftAlert(incident: OutageIncident, nowMs: number): Alert {
  return outageEnd(incident, nowMs, {
    headline: 'outage not looked after',
    what: 'The cluster is not looked after by Ebbtide any more: nobody watches whether the outage is over.',
    next: 'Nothing to do here. Whoever looks after the cluster now has to see to it.',
  });
}

function outageEnd(
  incident: OutageIncident,
  nowMs: number,
  { headline, what, next }: { readonly headline: string; readonly what: string; readonly next: string },
): Alert {
  const cluster = clusterName(incident.clusterArn);
  return {
    id: `${incident.id}#${incident.openedAtMs}#resolved`,
    kind: 'outage',
    state: 'resolved',
    severity: 'info',
    cluster,
    subject: toSubject(`[${cluster}] Resolved: ${headline}`),
    body: sections({
      What: what,
      Since: `${instant(incident.openedAtMs)}, over after ${duration(nowMs - incident.openedAtMs)}`,
      Next: next,
    }),
  };
}

export function repairsLimitedAlert(
  clusterArn: ClusterArn,
  { repairs, heldSinceMs }: { readonly repairs: number; readonly heldSinceMs: number },
): Alert {
  const cluster = clusterName(clusterArn);
  return {
    id: `${repairsId(clusterArn)}#${heldSinceMs}#opened`,
    kind: 'outage',
    state: 'opened',
    severity: 'warning',
    cluster,
    subject: toSubject(`[${cluster}] Repairs held: ${repairs} within the hour`),
    body: sections({
      What: `Ebbtide has repaired ${repairs} container instances of the cluster within the last hour, as many as it may (repairsPerHourMax), and another one is due.`,
      Since: instant(heldSinceMs),
      Done: 'It repairs no more than that there within an hour; the others wait their turn. Alerts and drains go on.',
      Next: 'Find out why so many instances need repair: what was deployed last, the image, the network.',
    }),
  };
}

export function repairsResumedAlert(incident: RepairsIncident, nowMs: number): Alert {
  const { clusterArn, heldSinceMs = incident.openedAtMs } = incident;
  const cluster = clusterName(clusterArn);
  return {
    id: `${incident.id}#${heldSinceMs}#resolved`,
    kind: 'outage',
    state: 'resolved',
    severity: 'info',
    cluster,
    subject: toSubject(`[${cluster}] Resolved: no repair is held any more`),
    body: sections({
      What: 'No instance waits to be repaired any more.',
      Since: `${instant(heldSinceMs)}, over after ${duration(nowMs - heldSinceMs)}`,
      Next: 'Nothing to do.',
    }),
  };
}
