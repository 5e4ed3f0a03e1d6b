import fc from 'fast-check';
import type { DisconnectionObservation } from '../../../shared/domain/disconnection.ts';
import { instance, MINUTE_MS, T0 } from '../fleet.ts';

/** An agent that is away and ought not to be. */
export const away: DisconnectionObservation = {
  instance: instance({ status: 'ACTIVE', agentConnected: false }),
  ec2State: 'running',
  lifecycleState: 'InService',
  isDraining: false,
  connectedTwin: undefined,
};

/** What a look at an agent that is or was away may see; mostly an absence, so that sequences get somewhere. */
export const anyObservation: fc.Arbitrary<DisconnectionObservation> = fc
  .record({
    isListed: fc.constantFrom(true, true, true, true, false),
    version: fc.constantFrom(7, 7, 7, 8, 9),
    agentConnected: fc.constantFrom(false, false, false, true),
    external: fc.constantFrom(false, false, true),
    ec2State: fc.constantFrom(
      'running',
      'running',
      undefined,
      'stopped',
      'stopping',
      'pending',
      'terminated',
      'gone',
      'news',
    ),
    lifecycleState: fc.constantFrom(undefined, 'InService', 'Warmed:Stopped', 'Terminating:Wait', 'News'),
    isDraining: fc.constantFrom(false, false, false, true),
    hasTwin: fc.constantFrom(false, false, true),
    eventAgeMs: fc.option(fc.nat({ max: 30 * MINUTE_MS }), { nil: undefined }),
  })
  .map(({ isListed, hasTwin, eventAgeMs, ec2State, lifecycleState, isDraining, ...fields }) => ({
    instance: isListed ? instance({ status: 'ACTIVE', ...fields }) : undefined,
    ec2State: fields.external ? undefined : ec2State,
    lifecycleState: fields.external ? undefined : lifecycleState,
    isDraining,
    connectedTwin: hasTwin ? instance({ arn: 'twin' }) : undefined,
    ...(eventAgeMs !== undefined && { event: { atMs: T0 - eventAgeMs, version: fields.version } }),
  }));
