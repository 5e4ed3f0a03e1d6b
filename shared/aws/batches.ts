/**
 * Cuts `items` into batches of at most `sizeMax`, without duplicates: no batch when there is nothing to ask for.
 *
 * An empty list must never reach AWS: for some operations it means "all" (DescribeAutoScalingInstances), for others
 * it is an error (DescribeTasks).
 */
export function inBatches<T>(items: Iterable<T>, sizeMax: number): T[][] {
  const distinct = [...new Set(items)];
  const batches: T[][] = [];
  for (let start = 0; start < distinct.length; start += sizeMax) batches.push(distinct.slice(start, start + sizeMax));
  return batches;
}
