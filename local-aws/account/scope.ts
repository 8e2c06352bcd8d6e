// How moto learns which service a request without a client is for.

/** An authorization header whose credential scope names the service; moto does not check the signature. */
export function credentialScope(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=local`;
}
