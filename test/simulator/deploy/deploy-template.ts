import { deploy } from '../../../simulator/deploy/deploy.ts';
import type { ResourceProvider } from '../../../simulator/wire/service.ts';

const PLACE = { accountId: '111122223333', region: 'eu-central-1' };

/** Deploys a template with things that remember the order and the properties of their creation. */
export function deployTemplate(
  template: Record<string, unknown>,
  parameters?: Record<string, string>,
  unmodelled: 'refuse' | 'leave-out' = 'refuse',
) {
  const created: [string, Readonly<Record<string, unknown>>][] = [];
  const thing: ResourceProvider = {
    create(properties, { logicalId }) {
      created.push([logicalId, properties]);
      return { ref: `ref-${logicalId}`, attributes: { Arn: `arn:${logicalId}`, 'Endpoint.Port': '443' } };
    },
  };
  const stack = deploy({
    stackName: 'ebbtide',
    template,
    place: PLACE,
    providers: { 'Test::Thing': thing },
    unmodelled,
    ...(parameters === undefined ? {} : { parameters }),
  });
  return { stack, created };
}

export const thing = (Properties: object = {}, more: object = {}) => ({ Type: 'Test::Thing', Properties, ...more });
