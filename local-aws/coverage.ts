// What `albatross local-aws` covers, in one sentence for `--help`, its page and its refusals.

export const COVERS =
  'It covers Application Load Balancers: their listeners, rules, certificates and trust stores, and target groups with the ' +
  'protocols HTTP and HTTPS for instances, IP addresses and Lambda functions (functions are not called). It has no Network, ' +
  'Gateway or Classic Load Balancers; target groups with the protocols TCP, TLS, UDP and TCP_UDP take targets and serve nobody.';
