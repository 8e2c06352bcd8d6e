// Which certificates serve which host names (aws-model 7.1). Pure.

export interface Certificate {
  readonly arn: string;
  /** The names it is for, wildcards included. */
  readonly domains: readonly string[];
}

/** `*.x.y` covers one label in front of `x.y`; all else is exact, letter case included. */
export function covers(domain: string, host: string): boolean {
  if (!domain.startsWith('*.')) return domain === host;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === domain.slice(1);
}

/** Every certificate that covers one of the hosts, in ARN order, and the hosts that none covers. */
export function chooseCertificates(
  hosts: readonly string[],
  certificates: readonly Certificate[],
): { arns: string[]; uncovered: string[] } {
  const arns = new Set<string>();
  const uncovered: string[] = [];
  for (const host of [...new Set(hosts)].sort()) {
    const matching = certificates.filter(({ domains }) => domains.some((domain) => covers(domain, host)));
    if (matching.length === 0) uncovered.push(host);
    for (const { arn } of matching) arns.add(arn);
  }
  return { arns: [...arns].sort(), uncovered };
}
