// The local AWS as a client sees it that we did not write: boto3 calls every action, and reads what it expects.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACTIONS } from '../../local-aws/elb/model.ts';
import { CA_PEM, revocationList } from '../../local-aws/elb/trust-store-fixture.ts';
import { type Fixture, startFixture } from '../../local-aws/fixture.ts';
import { runCommand } from '../harness/cluster.ts';
import { pythonPath, ROOT } from '../harness/machine.ts';
import { preparedMoto } from '../harness/prepared.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture(preparedMoto);
});
afterAll(() => fixture?.close());

test('every action through boto3 with endpoint_url set, and moto sees none of them', async () => {
  const { account, aws, publicSubnets } = fixture;
  const given = {
    region: account.region,
    vpc: account.vpcId,
    subnets: publicSubnets,
    group: account.nodeSecurityGroupId,
    certificates: account.certificates.map(({ arn }) => arn),
    address: account.nodes[0]?.privateIp,
    'ca.pem': CA_PEM,
    'revoked.crl': await revocationList(2),
    sharedAssociationCode: 'DeleteAssociationSameAccount',
  };
  const script = `${ROOT}local-aws/contract/boto3_smoke.py`;
  const { code, stdout, stderr } = await runCommand(
    pythonPath(),
    [script, aws.url, JSON.stringify(given)],
    {},
  );
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toEqual(Object.keys(ACTIONS).sort());
  const behind = (await (await fetch(`${fixture.motoUrl}/moto-api/data.json`)).json()) as Record<
    string,
    unknown
  >;
  expect(Object.keys(behind)).toContain('ec2');
  expect(Object.values(behind.elbv2 ?? {}).flat()).toEqual([]);
});
