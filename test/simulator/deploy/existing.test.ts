import { expect, test } from 'vitest';
import { createSimulator } from '../../../simulator/simulator.ts';

const hook = { LifecycleHookName: 'drain', LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' };
const Resources = {
  Group: { Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: { MinSize: '0', MaxSize: '3' } },
  Hook: {
    Type: 'AWS::AutoScaling::LifecycleHook',
    DependsOn: 'Group',
    Properties: { ...hook, AutoScalingGroupName: { Ref: 'Group' } },
  },
};

function deployed(existing: Record<string, string>, resources: object = Resources, Outputs: object = {}) {
  const simulator = createSimulator({ seed: 1 });
  simulator.fleet.world.createAutoScalingGroup({ name: 'web', desired: 0 });
  const stack = simulator.deploy({
    template: { Resources: resources, Outputs },
    artifactsDirectory: '.',
    existing: new Map(Object.entries(existing)),
  });
  return { simulator, stack };
}

test('A resource that is there already stands for one of the template, of whatever type', async () => {
  const { simulator, stack } = deployed({ Group: 'web' });

  expect([...stack.resources.keys()]).toEqual(['Hook']);
  const hooks = await simulator.call('autoscaling', 'DescribeLifecycleHooks', { AutoScalingGroupName: 'web' });
  expect(hooks).toMatchObject({ LifecycleHooks: [{ LifecycleHookName: 'drain' }] });
});

test('What is known by its ARN has that as an attribute', () => {
  const arn = 'arn:aws:sns:eu-central-1:111122223333:told';
  const { stack } = deployed(
    { Group: arn },
    { Group: Resources.Group },
    { Arn: { Value: { 'Fn::GetAtt': ['Group', 'Arn'] } } },
  );
  expect(stack.outputs).toEqual({ Arn: arn });
  expect(() =>
    deployed({ Group: 'web' }, { Group: Resources.Group }, { A: { Value: { 'Fn::GetAtt': ['Group', 'Arn'] } } }),
  ).toThrow('Group has no attribute Arn');
});

test('One that the template does not have is told', () => {
  expect(() => deployed({ Gruop: 'web', Other: 'x' })).toThrow('the template has no resource Gruop, Other');
});
