// What the rest of the account looks like to Elastic Load Balancing: networks, instances, certificates, S3 objects.

export interface VpcSubnet {
  id: string;
  vpcId: string;
  zone: string;
  cidr: string;
  ipv6: boolean;
  /** An Availability Zone by default (EC2: DescribeAvailabilityZones). */
  zoneType?: 'local-zone';
  /** Of a subnet on an Outpost. */
  outpostArn?: string;
}

export interface Vpc {
  id: string;
  cidrs: string[];
  /** Whether an internet gateway is attached; absent when nobody asked. */
  internetGateway?: boolean;
}

export interface SecurityGroup {
  id: string;
  vpcId: string;
  name: string;
}

export interface Instance {
  id: string;
  vpcId: string;
  zone: string;
  running: boolean;
  /** Gone for good: it leaves its target groups. */
  terminated?: boolean;
}

/** What the rest of the account looks like, gathered before an action runs. Absent means: does not exist. */
export interface AccountFacts {
  vpcs: Map<string, Vpc>;
  subnets: Map<string, VpcSubnet>;
  securityGroups: Map<string, SecurityGroup>;
  instances: Map<string, Instance>;
  /** ARNs of certificates that a listener may use. */
  certificates: Set<string>;
  /** ARNs of certificates of ACM that are there and not issued (pending, expired, revoked, failed). */
  unissued?: Set<string>;
  /** Names of S3 buckets; absent when nobody asked, and every bucket is then taken to be there. */
  buckets?: Set<string>;
  /** Contents of S3 objects by `objectName`. */
  objects: Map<string, string>;
}

export function emptyAccountFacts(): AccountFacts {
  return {
    vpcs: new Map(),
    subnets: new Map(),
    securityGroups: new Map(),
    instances: new Map(),
    certificates: new Set(),
    objects: new Map(),
  };
}

export interface S3Object {
  bucket: string;
  key: string;
  /** The current one by default. */
  version?: string | undefined;
}

/** What an S3 object is called in `World.objects`. */
export function objectName({ bucket, key, version }: S3Object): string {
  return `s3://${bucket}/${key}${version === undefined ? '' : `?versionId=${version}`}`;
}
