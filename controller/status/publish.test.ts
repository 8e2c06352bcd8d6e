// Publish, by whole passes on an API server in memory: what members of a group are told.
import { expect, test } from 'vitest';
import { ingress, path, rule, service } from '../../alb/laws/paper.ts';
import { GROUP } from '../laws/groups.ts';
import { openPasses } from '../laws/whole-passes.ts';

const good = (...paths: readonly string[]) =>
  ingress({
    ingress: 'good',
    said: { 'group.name': GROUP },
    rules: [rule('good.example.com', ...paths.map((one) => path(one, 'web')))],
  });
const refused = ingress({ ingress: 'bad', said: { 'group.name': GROUP, scheme: 'public' } });
const services = [service()];

test('an Ingress of which nothing was ever accepted gets no address, and stops no deletion', async () => {
  const passes = openPasses();
  await passes.settle({ ingresses: [good('/', '/cart'), refused], services });
  const address = [...passes.account.elb.state.loadBalancers.values()][0]?.dnsName;
  expect(passes.addresses('shop/good')).toEqual([address]);
  expect(passes.addresses('shop/bad')).toEqual([]);
  const rules = () => passes.account.elb.state.rules.size;
  const before = rules();
  await passes.settle({ ingresses: [good('/'), refused], services });
  expect(rules()).toBeLessThan(before);
});

test('who leaves leaves nothing: no binding, no load balancer', async () => {
  const passes = openPasses();
  await passes.settle({ ingresses: [good('/')], services });
  expect(passes.bindings()).toHaveLength(1);
  await passes.settle({ ingresses: [], services });
  expect([passes.bindings(), passes.account.elb.state.loadBalancers.size]).toEqual([[], 0]);
});
