// Stickiness cookies of a load balancer (ALB User Guide: Sticky sessions). Their values are ours: opaque to everybody else.

export const TARGET_COOKIE = 'AWSALB';
export const GROUP_COOKIE = 'AWSALBTG';
export const APP_COOKIE = 'AWSALBAPP-0';

/** The cookies of a request by name. */
export function readCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0) cookies.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return cookies;
}

/** What a stickiness cookie names, unless it is over. */
export function readSticky(value: string | undefined, now: number): string | undefined {
  if (value === undefined) return undefined;
  const [until = '', ...rest] = Buffer.from(value, 'base64url').toString().split(' ');
  return Number(until) > now ? rest.join(' ') : undefined;
}

/** The Set-Cookie headers that keep a client with `what`: the cookie, and its twin for cross-origin requests. */
export function stickyCookies(name: string, what: string, seconds: number, now: number): string[] {
  const until = now + seconds * 1000;
  const value = Buffer.from(`${until} ${what}`).toString('base64url');
  const expires = new Date(until).toUTCString();
  if (name === APP_COOKIE) return [`${name}=${value}; Expires=${expires}; Path=/`];
  return [
    `${name}=${value}; Expires=${expires}; Path=/`,
    `${name}CORS=${value}; Expires=${expires}; Path=/; SameSite=None; Secure`,
  ];
}
