import { matchesArn } from '../../iam/patterns.ts';
import type { Place } from '../../kernel/kernel.ts';
import type { ResourceProvider } from '../../wire/service.ts';
import { invalidProperties, refuseUnknown, requiredTextOf, textOf } from '../template-properties.ts';
import { functionArn } from './function.ts';

interface Grant {
  readonly functionArn: string;
  readonly principal: string;
  readonly sourceArn: string | undefined;
}

/** The resource policies of functions: which service may invoke which function, on behalf of what. */
export class Permissions {
  readonly #place: Place;
  readonly #grants: Grant[] = [];

  constructor(place: Place) {
    this.#place = place;
  }

  /** @param principal such as `events.amazonaws.com` */
  permits(arn: string, principal: string, sourceArn: string): boolean {
    return this.#grants.some(
      (grant) =>
        grant.functionArn === functionArn(this.#place, arn) &&
        grant.principal === principal &&
        (grant.sourceArn === undefined || matchesArn(grant.sourceArn, sourceArn)),
    );
  }

  /** `AWS::Lambda::Permission` */
  provider(): ResourceProvider {
    return {
      create: (properties, { stackName, logicalId }) => {
        const known = ['FunctionName', 'Action', 'Principal', 'SourceArn', 'SourceAccount'];
        refuseUnknown('AWS::Lambda::Permission', properties, known);
        const action = requiredTextOf(properties, 'Action');
        if (action !== 'lambda:InvokeFunction') throw invalidProperties(`Action ${action} is not supported`);
        this.#grants.push({
          functionArn: functionArn(this.#place, requiredTextOf(properties, 'FunctionName')),
          principal: requiredTextOf(properties, 'Principal'),
          sourceArn: textOf(properties, 'SourceArn'),
        });
        const id = `${stackName}-${logicalId}`;
        return { ref: id, attributes: { Id: id } };
      },
    };
  }
}
