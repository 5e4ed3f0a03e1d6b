import { expect, test } from 'vitest';
import { scopeIsKept } from '../../../simulator/invariants/scope-is-kept.ts';
import type { Role, Terms } from '../../../simulator/invariants/terms.ts';
import { EC2, HandMade, INSTANCE, TERMS } from './hand-made.ts';

const roles = (role: Role, elsewhere: Role = 'acts'): Terms => ({
  ...TERMS,
  in: (cluster) => ({ ...TERMS, role: cluster === 'shop' ? role : elsewhere }),
});
const drain = { containerInstances: [INSTANCE], status: 'DRAINING' };

test.each(['observes', 'stays out'] as const)(
  'A drain, a heartbeat and a restart where Ebbtide %s are caught',
  (role) => {
    const judge = (story: HandMade) => story.judge(scopeIsKept(roles(role)));
    expect(judge(new HandMade().registered().ecs('UpdateContainerInstancesState', drain)).violations).toBe(1);
    const held = new HandMade().registered().held();
    expect(
      judge(held.call('RecordLifecycleActionHeartbeat', { LifecycleActionToken: 'token-of-ebbtide-terminate' }))
        .violations,
    ).toBe(1);
    const restart = new HandMade().registered().call('SendCommand', { InstanceIds: [EC2] }, undefined, 'ssm');
    expect(judge(restart).violation?.what).toContain('called SendCommand in shop');
  },
);

test('While what Ebbtide may do changes, nobody is to blame', () => {
  const drained = new HandMade().registered().ecs('UpdateContainerInstancesState', drain);
  expect(drained.judge(scopeIsKept(roles('may act'))).violations).toBe(0);
});

test('Changes where it acts, and reads anywhere, are as they ought to be', () => {
  const acts = new HandMade()
    .registered()
    .ecs('UpdateContainerInstancesState', drain)
    .judge(scopeIsKept(roles('acts')));
  expect(acts).toMatchObject({ checks: 1, violations: 0 });
  expect(new HandMade().ecs('DescribeTasks', {}).judge(scopeIsKept(roles('stays out'))).checks).toBe(0);
});

test('A hook of an instance that is registered in one cluster of each kind may be completed', () => {
  const other = INSTANCE.replace('shop', 'bank');
  const both = new HandMade().registered().registered(other).held().completes();
  expect(both.judge(scopeIsKept(roles('stays out', 'acts'))).violations).toBe(0);
  const none = new HandMade().registered().registered(other).held().completes();
  expect(none.judge(scopeIsKept(roles('stays out', 'observes'))).violations).toBe(1);
});

test("A hook is nobody's business once EC2 has terminated its instance and ECS has deregistered it", () => {
  const ended = new HandMade().registered().held().world(INSTANCE, 'deregistered').completes();
  expect(ended.judge(scopeIsKept(roles('stays out'))).violations).toBe(1);
  const gone = new HandMade().registered().held().world(INSTANCE, 'deregistered').world(EC2, 'ec2 instance terminated');
  expect(gone.completes().judge(scopeIsKept(roles('stays out'))).checks).toBe(0);
});

test('A hook may be completed for the cluster that its instance was in while it was held, though it is deregistered there', () => {
  const elsewhere = 'arn:aws:ecs:eu-central-1:111122223333:container-instance/other/b';
  const moved = () => new HandMade().registered().registered(elsewhere);
  const only = {
    ...TERMS,
    in: (cluster: string) => ({ ...TERMS, role: cluster === 'shop' ? 'acts' : 'stays out' }) as const,
  };
  const during = moved().held().world(INSTANCE, 'deregistered').completes();
  expect(during.judge(scopeIsKept(only)).violations).toBe(0);
  const before = moved().world(INSTANCE, 'deregistered').after(1).held().completes();
  expect(before.judge(scopeIsKept(only)).violations).toBe(1);
});

test('Who cannot see whose an instance is may keep its hook alive, unless its group has shown it', () => {
  const unseen = { code: 'ServiceUnavailable', message: '' };
  const blind = (story: HandMade) => story.call('ListClusters', {}, unseen, 'ecs');
  const beat = { LifecycleActionToken: 'token-of-ebbtide-terminate', AutoScalingGroupName: 'shop' };
  const judge = (story: HandMade) => story.judge(scopeIsKept(roles('observes'))).violations;
  const held = () => new HandMade().registered().held();
  expect(judge(blind(held()).call('RecordLifecycleActionHeartbeat', beat))).toBe(0);
  expect(judge(blind(held()).completes())).toBe(1);
  const refused = held().call('RecordLifecycleActionHeartbeat', beat, unseen);
  expect(judge(refused.call('RecordLifecycleActionHeartbeat', beat))).toBe(2);
  expect(judge(blind(held().after(10)).call('RecordLifecycleActionHeartbeat', beat))).toBe(1);
  expect(judge(blind(held().after(70)).call('RecordLifecycleActionHeartbeat', beat))).toBe(0);
});

test('What a group has shown is no use to whom neither the table nor ECS answers', () => {
  const unseen = { code: 'ServiceUnavailable', message: '' };
  const forgetful = (story: HandMade) => story.call('GetItem', {}, unseen, 'dynamodb');
  const beat = { LifecycleActionToken: 'token-of-ebbtide-terminate', AutoScalingGroupName: 'shop' };
  const judge = (story: HandMade) =>
    story.call('RecordLifecycleActionHeartbeat', beat).judge(scopeIsKept(roles('observes'))).violations;
  const held = () => new HandMade().registered().held().after(10);
  expect(judge(forgetful(held()))).toBe(1);
  expect(judge(forgetful(held()).call('ListClusters', {}, unseen, 'ecs'))).toBe(0);
});

test('A hook may be kept alive by who looked before its instance was registered, and not be completed', () => {
  const late = { ...roles('stays out'), actsWithinMs: 90_000 };
  const beat = { LifecycleActionToken: 'token-of-ebbtide-terminate' };
  const held = () => new HandMade().held().registered();
  const judge = (story: HandMade) => story.judge(scopeIsKept(late)).violations;
  expect(judge(held().after(1).call('RecordLifecycleActionHeartbeat', beat))).toBe(0);
  expect(judge(held().after(2).call('RecordLifecycleActionHeartbeat', beat))).toBe(1);
  expect(judge(held().after(1).completes())).toBe(1);
});
