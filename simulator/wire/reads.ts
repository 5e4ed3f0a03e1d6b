const READS = /^(BatchGet|Describe|Get|List|Query)/;

/** Whether an operation of AWS only reads, by its name. */
export function isRead(operation: string): boolean {
  return READS.test(operation);
}
