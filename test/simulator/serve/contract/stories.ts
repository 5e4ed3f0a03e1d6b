import { autoScaling } from './auto-scaling.ts';
import { ec2 } from './ec2.ts';
import { ecs } from './ecs.ts';
import { lambda } from './lambda.ts';
import { events, sns, sqs } from './messaging.ts';
import { cloudWatch, dynamodb, ssm, sts } from './others.ts';
import type { Story } from './story.ts';

/** One for each service that is simulated. */
export const stories: readonly Story[] = [
  ecs,
  autoScaling,
  ec2,
  sqs,
  sns,
  events,
  dynamodb,
  ssm,
  sts,
  cloudWatch,
  lambda,
];
