// AwsRefusal: how every refusal of the local AWS is thrown; the protocol layer turns it into AWS's error document.

/** A call that AWS would refuse. `code` is the wire code (`LoadBalancerNotFound`), `status` the HTTP status. */
export class AwsRefusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsRefusal';
    this.code = code;
    this.status = status;
  }
}

/** Refuses with `code`. */
export function refuse(code: string, message: string): never {
  throw new AwsRefusal(code, message);
}

/** Refuses as AWS does when an argument's form is wrong. */
export function invalid(message: string): never {
  throw new AwsRefusal('ValidationError', message);
}
