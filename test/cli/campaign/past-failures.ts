import path from 'node:path';

/**
 * A world that failed once, as a plan: made smaller, or all that its seed drew. It survives every change in what seeds draw;
 * where a push has changed since, it is another world with the same parts.
 */
export interface PastFailure {
  /** In `past-failures/`; `npm run campaign -- --plan` plays it. */
  readonly file: string;
  /** Of the campaign that found it; what most drew then is gone. */
  readonly seeds: readonly number[];
  readonly whatFailed: string;
  readonly whatWasFixed: string;
}

export const PAST_FAILURES: readonly PastFailure[] = [
  {
    file: 'spared-instance-is-drained-again.json',
    seeds: [4, 18],
    whatFailed: 'what on-call set ACTIVE after an interruption that never came was set DRAINING again, without end',
    whatWasFixed: 'once on-call was told, what they set ACTIVE stays so',
  },
  {
    file: 'duplicate-removed-while-its-instance-drains.json',
    seeds: [51],
    whatFailed: 'the old registration of a draining instance was removed, and the termination cut off its containers',
    whatWasFixed: 'a duplicate stays until the drain of its EC2 instance is over',
  },
  {
    file: 'seed-209.json',
    seeds: [209],
    whatFailed:
      'the launch incident of an instance whose agent had been moved into another cluster stayed open for ever',
    whatWasFixed: 'on-call replaces such an instance when everything heals, as the alert asks them to',
  },
  {
    file: 'seed-288.json',
    seeds: [288],
    whatFailed: 'an instance with registrations in two clusters was given up two minutes after its live agent went',
    whatWasFixed:
      'the invariant asks since when the registration with the remaining tasks is silent, by the terms of either cluster',
  },
  {
    file: 'seed-356.json',
    seeds: [356],
    whatFailed: 'a hook was completed whose instance had been moved into a cluster that nobody looks after',
    whatWasFixed: 'the invariant asks in which clusters the instance was while its hook held it',
  },
  {
    file: 'seed-367.json',
    seeds: [367],
    whatFailed: 'the same as with seed 288',
    whatWasFixed: 'the same as with seed 288',
  },
  {
    file: 'seed-450.json',
    seeds: [450],
    whatFailed: 'an agent was restarted in an outage, for the registration that it had left in another cluster',
    whatWasFixed: 'an outage holds what is due for any registration of an instance',
  },
  {
    file: 'seed-589.json',
    seeds: [589],
    whatFailed:
      'nobody was told of an agent that was away for seconds, while an old registration of it had been for long',
    whatWasFixed: 'the clock of the ladder starts when the last registration of an instance lost its agent',
  },
  {
    file: 'seed-673.json',
    seeds: [673],
    whatFailed: 'a drain set an instance DRAINING in a cluster that is only observed',
    whatWasFixed: 'a drain reads the mode of each cluster that its instance is registered in',
  },
  {
    file: 'seed-690.json',
    seeds: [690],
    whatFailed: 'a replacement was called one without a cause, as its own call had ended the service of its instance',
    whatWasFixed: 'the invariant asks how it was until then',
  },
  {
    file: 'seed-953.json',
    seeds: [953],
    whatFailed:
      'an instance that a launch hook held for longer than ten minutes counted as healthy where calls are bounded',
    whatWasFixed: 'the invariant counts it as in trouble for as long as it is held',
  },
  {
    file: 'seed-1201.json',
    seeds: [1201],
    whatFailed: 'the first that on-call heard of a silent instance was that an alert about it is resolved',
    whatWasFixed: 'who was told nothing before is told of a deregistration by a notice',
  },
  {
    file: 'seed-1216.json',
    seeds: [1216],
    whatFailed: 'an instance was let go with a task that was in neither of two lists, of which one was old',
    whatWasFixed: 'no task while resources are in use is believed only when it is seen again',
  },
  {
    file: 'seed-1226.json',
    seeds: [1226],
    whatFailed: 'an instance was given up for lost contact some seconds after its agent had come back',
    whatWasFixed: 'a silent agent is asked for once more before its instance is given up',
  },
  {
    file: 'seed-1252.json',
    seeds: [1252],
    whatFailed:
      'an instance was let go as drained whose only known registration had been removed, with tasks on another',
    whatWasFixed: 'a sweep looks for other registrations when one is gone',
  },
  {
    file: 'seed-1314.json',
    seeds: [1314],
    whatFailed: 'a return to the warm pool from a cluster that nobody looks after was taken for a launch',
    whatWasFixed: 'where the instance is registered says whose it is',
  },
  {
    file: 'seed-1406.json',
    seeds: [1406],
    whatFailed: 'the same as with seed 1314',
    whatWasFixed: 'the same as with seed 1314',
  },
  {
    file: 'seed-665.json',
    seeds: [665, 694],
    whatFailed: 'the clock of lost contact ran on although the agent had been back for a moment',
    whatWasFixed: 'a version that moved starts it anew',
  },
  {
    file: 'seed-1335.json',
    seeds: [1335],
    whatFailed: 'a new registration was drained for a hook that had been completed before',
    whatWasFixed: 'it is filed under the registration whose drain is not over yet',
  },
  {
    file: 'seed-1816.json',
    seeds: [1816],
    whatFailed: 'a launch hook expired that was taken for one that had been completed',
    whatWasFixed: 'Auto Scaling is asked whether the hook holds the instance anew',
  },
  {
    file: 'seed-12.json',
    seeds: [12, 194, 243, 527],
    whatFailed: 'launch hooks in an observed cluster got a heartbeat from every sweep',
    whatWasFixed: 'Auto Scaling is asked by the mode of the cluster that the instance is at home in',
  },
  {
    file: 'seed-3078.json',
    seeds: [3078],
    whatFailed: 'Ebbtide was told to observe, and a group whose launch hook abandons launched for ever',
    whatWasFixed: 'on-call takes such hooks away, as the runbook says',
  },
  {
    file: 'seed-3695.json',
    seeds: [3695],
    whatFailed: 'an old registration was removed a minute after an agent that was back for a moment had left it',
    whatWasFixed: 'a duplicate that was left in a second absence is removed by its clock',
  },
  {
    file: 'seed-4203.json',
    seeds: [4203],
    whatFailed: 'an agent was restarted that had come from a cluster nobody looks after, in which there was an outage',
    whatWasFixed: 'the invariant counts outages only where somebody looks',
  },
  {
    file: 'seed-4434.json',
    seeds: [4434],
    whatFailed: 'a hook expired whose instance had moved to a cluster that nobody looks after before the hook began',
    whatWasFixed: 'the invariant asks where the instance was while the hook held it',
  },
  {
    file: 'seed-5170.json',
    seeds: [5170],
    whatFailed: 'a duplicate was deregistered in the moment in which the agent of the other registration went',
    whatWasFixed: 'the invariants ask what somebody may have seen who looked a moment before',
  },
  {
    file: 'seed-71.json',
    seeds: [71],
    whatFailed: 'on-call was told of one agent in what had been an outage until the other agents connected elsewhere',
    whatWasFixed: 'the invariant counts anew where an agent was, when it connects in another cluster',
  },
  {
    file: 'seed-193.json',
    seeds: [193],
    whatFailed: 'tasks were cut off that ECS had placed on an instance which was set ACTIVE right before its release',
    whatWasFixed: 'the invariant asks whether somebody opened the instance between the last look and the release',
  },
  {
    file: 'seed-1186.json',
    seeds: [1186],
    whatFailed: 'six minutes after the stack was told to observe, a function acted by the old settings',
    whatWasFixed:
      'the simulator: an environment that was starting while its function was deployed anew is used no more',
  },
  {
    file: 'seed-2190.json',
    seeds: [2190],
    whatFailed: 'a hook expired whose timeout was made longer two seconds after it had begun to hold an instance',
    whatWasFixed: 'no hook is changed while it holds an instance: which timeout counts then nobody can know',
  },
  {
    file: 'seed-512.json',
    seeds: [512],
    whatFailed: 'hooks in a cluster that was no longer looked after, and only observed before, got heartbeats',
    whatWasFixed: 'the policy of a cluster that is not looked after says to do nothing, whoever asks for it',
  },
  {
    file: 'seed-108.json',
    seeds: [108],
    whatFailed: 'a terminate hook of 300 s expired as two sweeps in a row were killed, and the next one was lost',
    whatWasFixed: 'heartbeats leave room for three sweeps that do not come or die',
  },
  {
    file: 'seed-1753.json',
    seeds: [1753],
    whatFailed:
      'a hook was held for a task that no drain waits for any more by the settings that were in force at first',
    whatWasFixed: 'the invariant: what either settings wait for may be waited for',
  },
  {
    file: 'seed-1681.json',
    seeds: [1681, 1522],
    whatFailed: 'a retirement was called off, and its record stayed open in a cluster that was no longer looked after',
    whatWasFixed: 'a scheduled change in a cluster that is not looked after any more is resolved',
  },
  {
    file: 'seed-2659.json',
    seeds: [2659, 2880],
    whatFailed: 'while DynamoDB did not answer, hooks of a cluster that is not looked after got heartbeats',
    whatWasFixed: 'where the table does not say whose a group is, its tag and ECS are asked',
  },
  {
    file: 'seed-2129.json',
    seeds: [2129],
    whatFailed:
      'an instance was let go with tasks that its agent had left in a cluster which was looked after until a moment ago',
    whatWasFixed: 'the invariant: what is left in a cluster that somebody may stay out of by now holds nothing',
  },
  {
    file: 'seed-3673.json',
    seeds: [3673],
    whatFailed:
      'an instance was let go with tasks that its agent had left in the cluster of its group, of which nobody knew',
    whatWasFixed: 'once it is known where a group is at home, its instances are looked for there too',
  },
];

export function planFileOf({ file }: PastFailure): string {
  return path.join(import.meta.dirname, 'past-failures', file);
}
