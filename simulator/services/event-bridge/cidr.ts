/** A test for IPv4 and IPv6 addresses within a block such as `10.0.0.0/24`; undefined where it is not a block. */
export function compileCidr(block: string): ((address: string) => boolean) | undefined {
  const [base = '', length = '', ...rest] = block.split('/');
  const network = parseAddress(base);
  const bits = /^\d+$/.test(length) ? Number(length) : Number.NaN;
  if (network === undefined || rest.length > 0 || !(bits <= network.bits)) return undefined;
  const shift = BigInt(network.bits - bits);
  return (text) => {
    const address = parseAddress(text);
    return address?.bits === network.bits && address.value >> shift === network.value >> shift;
  };
}

function parseAddress(text: string): { readonly value: bigint; readonly bits: number } | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): { readonly value: bigint; readonly bits: number } | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return { value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n), bits: 32 };
}

function parseIpv6(text: string): { readonly value: bigint; readonly bits: number } | undefined {
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return undefined;
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...front, ...Array<string>(missing).fill('0'), ...back];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return { value: groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n), bits: 128 };
}
