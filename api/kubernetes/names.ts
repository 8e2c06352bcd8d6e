// Forms of names in Kubernetes (Kubernetes documentation: Object Names and IDs; Labels and Selectors; RFC 1123, RFC 6335).
// Each gives what would be right, as a noun phrase, where a text does not have the form.
import { isIP } from 'node:net';

export type Form = (text: string) => string | undefined;

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
export const LABEL_MAX = 63;
const SUBDOMAIN_MAX = 253;

/** One part of a DNS name: names of Services and namespaces. */
export const dnsLabel: Form = (text) =>
  LABEL.test(text) && text.length <= LABEL_MAX
    ? undefined
    : `a DNS label of at most ${LABEL_MAX} characters: lower case letters, digits and "-", a letter or digit at both ends`;

/** A DNS name without wildcard, of any number of parts. */
export const dnsSubdomain: Form = (text) =>
  SUBDOMAIN.test(text) && text.length <= SUBDOMAIN_MAX
    ? undefined
    : `a DNS name of at most ${SUBDOMAIN_MAX} characters: lower case letters, digits, "-" and ".", a letter or digit at both ends of each part`;

/** A DNS name whose first part may be a wildcard. */
export const dnsHost: Form = (text) => {
  if (!text.includes('*')) return dnsSubdomain(text);
  return text.startsWith('*.') && dnsSubdomain(text.slice(2)) === undefined && text.length <= SUBDOMAIN_MAX
    ? undefined
    : 'a DNS name in lower case whose first part alone may be a wildcard, as in *.example.com';
};

/** The host of a rule: no address either. */
export const ruleHost: Form = (text) => (isIP(text) === 0 ? dnsHost(text) : 'a DNS name, but an IP address');

const PORT_NAME_MAX = 15;

/** The name of a port that an Ingress or a target port refers to. */
export const portName: Form = (text) =>
  LABEL.test(text) && /[a-z]/.test(text) && !text.includes('--') && text.length <= PORT_NAME_MAX
    ? undefined
    : `a port name of at most ${PORT_NAME_MAX} characters: lower case letters, digits and single "-", with a letter in it`;

const QUALIFIED = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** The key of a label or annotation, a finalizer: a name with an optional DNS name and "/" before it. */
export const qualifiedName: Form = (text) => {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const isGood =
    parts.length <= 2 &&
    QUALIFIED.test(name) &&
    name.length <= LABEL_MAX &&
    (prefix === undefined || dnsSubdomain(prefix) === undefined);
  return isGood
    ? undefined
    : `a name of at most ${LABEL_MAX} letters, digits, "-", "_" and ".", a letter or digit at both ends, with an optional DNS name and "/" before it`;
};

/** The value of a label. */
export const labelValue: Form = (text) =>
  text === '' || (QUALIFIED.test(text) && text.length <= LABEL_MAX)
    ? undefined
    : `a label value: empty, or at most ${LABEL_MAX} letters, digits, "-", "_" and ".", a letter or digit at both ends`;

/** A part of a URL path: names that other objects are referred to by. */
export const pathSegment: Form = (text) =>
  text !== '.' && text !== '..' && !/[/%]/.test(text) ? undefined : 'a name without "/" and "%"';

/** `example.com/name`: who a controller or finalizer belongs to. */
export const domainPath: Form = (text) => {
  const at = text.indexOf('/');
  const isGood =
    at > 0 &&
    dnsSubdomain(text.slice(0, at)) === undefined &&
    /^\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(text.slice(at));
  return isGood ? undefined : 'a DNS name, "/" and a path, as in example.com/name';
};
