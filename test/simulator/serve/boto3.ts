import { execFileSync } from 'node:child_process';

/** Whether this machine can run what is written in Python against AWS. */
export function hasBoto3(): boolean {
  try {
    execFileSync('python3', ['-c', 'import boto3'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
