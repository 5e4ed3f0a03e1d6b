/**
 * The ARN patterns of the clusters that `clusters` can let in, for IAM, where `*` means the same. What `!` leaves out
 * is left out by the code: IAM could only say it by a second, denying statement for each.
 *
 * @param clusters name patterns separated by commas
 * @returns CloudFormation values; with `*` among the patterns, that one only
 */
export function listClusterArns(clusters: string): readonly { readonly 'Fn::Sub': string }[] {
  const letIn = clusters
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '' && !pattern.startsWith('!'));
  const patterns = letIn.includes('*') ? ['*'] : [...new Set(letIn)];
  return patterns.map((pattern) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:cluster/${pattern}`,
  }));
}
