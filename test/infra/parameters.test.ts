import { describe, expect, it } from 'vitest';
import { listClusterArns } from '../../infra/cluster-arns.ts';
import { makeOptionalResources } from '../../infra/optional.ts';
import { parseParameters } from '../../infra/parameters.ts';
import { ConfigurationError } from '../../shared/config/config.ts';

const valid = {
  alertEmail: '',
  autoScalingGroups: '',
  hookHeartbeatSeconds: '300',
  logRetentionDays: '30',
  tableDeletionProtection: 'true',
};

function problemsOf(values: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseParameters({ ...valid, ...values });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems;
  }
}

describe('the parameters', () => {
  it('are read from text', () => {
    expect(
      parseParameters({ ...valid, autoScalingGroups: ' web-1, batch ', tableDeletionProtection: 'false' }),
    ).toEqual({
      alertEmail: '',
      autoScalingGroups: ['web-1', 'batch'],
      hookHeartbeatSeconds: 300,
      logRetentionDays: 30,
      tableDeletionProtection: false,
    });
  });

  it.each([
    ['alertEmail', 'on-call'],
    ['autoScalingGroups', 'web,web'],
    ['hookHeartbeatSeconds', '29'],
    ['hookHeartbeatSeconds', '7201'],
    ['hookHeartbeatSeconds', '60.5'],
    ['hookHeartbeatSeconds', ''],
    ['logRetentionDays', '31'],
    ['tableDeletionProtection', 'yes'],
    ['drainDeadlineMinutes', '0'],
    ['drainDeadlinMinutes', '5'],
  ])('are refused where %s is %j', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
  });

  it('are all checked before anything is said', () => {
    expect(problemsOf({ clusters: '!x', logLevel: 'LOUD', logRetentionDays: '2', alertEmail: 'x' })).toHaveLength(4);
  });

  it('may not promise a drain longer than Auto Scaling waits for the stack’s own hooks', () => {
    const long = { drainDeadlineMinutes: '499', hookHeartbeatSeconds: '300' };
    const [problem, ...others] = problemsOf({ ...long, autoScalingGroups: 'web' });
    expect(problem).toMatch(/drainDeadlineMinutes is 499.* 498 .* hookHeartbeatSeconds .* 301 /);
    expect(others).toEqual([]);
    expect(problemsOf({ ...long, drainDeadlineMinutes: '498', autoScalingGroups: 'web' })).toEqual([]);
    expect(problemsOf({ ...long, hookHeartbeatSeconds: '301', autoScalingGroups: 'web' })).toEqual([]);
    expect(problemsOf(long)).toEqual([]);
    expect(problemsOf({ ...long, hookHeartbeatSeconds: '', autoScalingGroups: 'web' })).toHaveLength(1);
  });

  it('may not make a hook that Ebbtide then leaves alone', () => {
    expect(problemsOf({ autoScalingGroups: 'web', lifecycleHooks: 'drain-*' })).toEqual([
      expect.stringContaining('ebbtide-terminate'),
    ]);
    expect(problemsOf({ lifecycleHooks: 'drain-*' })).toEqual([]);
  });
});

describe('the resources that depend on parameters', () => {
  const parameters = parseParameters({ ...valid, autoScalingGroups: 'web,batch', alertEmail: 'on-call@example.com' });

  it('are a subscription, and a terminate hook for each group that lets instances go by default', () => {
    const resources = Object.values(makeOptionalResources(parameters));
    const hookOf = (group: string) => ({
      Type: 'AWS::AutoScaling::LifecycleHook',
      Properties: {
        AutoScalingGroupName: group,
        LifecycleHookName: 'ebbtide-terminate',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: 300,
        DefaultResult: 'CONTINUE',
      },
    });
    expect(resources).toEqual([
      hookOf('web'),
      hookOf('batch'),
      {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: 'AlertTopic' }, Protocol: 'email', Endpoint: 'on-call@example.com' },
      },
    ]);
  });

  it('keep their identity when the list of groups is put in another order', () => {
    const reordered = makeOptionalResources({ ...parameters, autoScalingGroups: ['batch', 'web'] });
    expect(reordered).toEqual(makeOptionalResources(parameters));
  });

  it('are none by default', () => {
    expect(makeOptionalResources(parseParameters(valid))).toEqual({});
  });
});

describe('the clusters in the permissions', () => {
  it.each([
    ['*', ['*']],
    ['prod-*, staging', ['prod-*', 'staging']],
    ['prod-*,*', ['*']],
    ['prod-*,!prod-batch', ['prod-*']],
  ])('for %j are %j', (clusters, expected) => {
    const arns = listClusterArns(clusters).map((arn) => arn['Fn::Sub']);
    expect(arns.map((arn) => arn.split(':cluster/')[1])).toEqual(expected);
  });
});
