// Rows for finding load balancers: by name, by ARN, in pages, and how many there may be (aws-limits 7; moto-coverage 2).
import { type ContractCase, type ContractRow, from } from './row.ts';
import { aLoadBalancer, times } from './steps.ts';

const GONE = 'arn:aws:elasticloadbalancing:$region:$account:loadbalancer/app/gone/0123456789abcdef';
const before = [aLoadBalancer()];

export const loadBalancerFindRows: readonly ContractRow[] = from(
  'AWS: Elastic Load Balancing API Reference, DescribeLoadBalancers',
  [
    {
      proves: ['moto 2.17'],
      name: 'found by its ARN',
      before,
      call: 'DescribeLoadBalancers',
      input: { LoadBalancerArns: ['$lb'] },
      expect: { answer: { LoadBalancers: [{ LoadBalancerArn: '$lb', State: { Code: 'active' } }] } },
      onMoto: true,
    },
    {
      proves: ['moto 2.17'],
      name: 'found by its name',
      before,
      call: 'DescribeLoadBalancers',
      input: { Names: ['$fresh-lb'] },
      expect: { answer: { LoadBalancers: [{ LoadBalancerArn: '$lb' }] } },
      onMoto: true,
    },
    {
      proves: ['moto 2.17'],
      name: 'an unknown name',
      before,
      call: 'DescribeLoadBalancers',
      input: { Names: ['nobody'] },
      expect: { error: 'LoadBalancerNotFound', says: ['nobody'] },
      onMoto: true,
    },
    {
      proves: ['moto 2.17', '6 resource ARNs'],
      name: 'an unknown ARN',
      before,
      call: 'DescribeLoadBalancers',
      input: { LoadBalancerArns: [GONE] },
      expect: { error: 'LoadBalancerNotFound', says: ['One or more load balancers not found'] },
      onMoto: true,
    },
    ...(
      [
        [
          'a known and an unknown ARN',
          { LoadBalancerArns: ['$lb', GONE] },
          'LoadBalancerNotFound',
          'One or more load balancers not found',
        ],
        ['a known and an unknown name', { Names: ['$fresh-lb', 'nobody'] }, 'LoadBalancerNotFound', 'nobody'],
        ['names and ARNs', { LoadBalancerArns: ['$lb'], Names: ['$fresh-lb'] }, 'ValidationError', 'names'],
        ['21 ARNs', { LoadBalancerArns: Array.from({ length: 21 }, () => '$lb') }, 'ValidationError', '20'],
        ['21 names', { Names: Array.from({ length: 21 }, () => '$fresh-lb') }, 'ValidationError', '20'],
        ['what is no ARN', { LoadBalancerArns: ['lb-1'] }, 'ValidationError', "'lb-1'"],
        ['a page of none', { PageSize: 0 }, 'ValidationError', "'0'"],
        ['a page of 401', { PageSize: 401 }, 'ValidationError', "'401'"],
        ['an unknown marker', { Marker: 'there' }, 'ValidationError', "'there'"],
      ] as const
    ).map(
      ([name, input, error, word]): ContractCase => ({
        proves: name.includes('page') || name.includes('marker') ? ['moto 2.19'] : ['moto 2.18', 'moto 1.13'],
        name: `asked for ${name}`,
        before,
        call: 'DescribeLoadBalancers',
        input,
        expect: { error, says: [word] },
      }),
    ),
    {
      proves: ['moto 2.18'],
      name: 'asked for 20 ARNs',
      before,
      call: 'DescribeLoadBalancers',
      input: { LoadBalancerArns: Array.from({ length: 20 }, () => '$lb') },
      expect: { answer: { LoadBalancers: { length: 1 } } },
    },
    {
      proves: ['moto 2.19', 'moto 1.9'],
      name: 'the first page',
      before: [aLoadBalancer(), aLoadBalancer({}, 'lb2'), aLoadBalancer({}, 'lb3')],
      call: 'DescribeLoadBalancers',
      input: { PageSize: 2 },
      expect: { answer: { LoadBalancers: { length: 2 }, NextMarker: /./ } },
      onMoto: true,
    },
    {
      proves: ['moto 2.19', 'moto 1.9'],
      name: 'the last page',
      before: [
        aLoadBalancer(),
        aLoadBalancer({}, 'lb2'),
        aLoadBalancer({}, 'lb3'),
        { call: 'DescribeLoadBalancers', input: { PageSize: 2 }, save: { marker: 'NextMarker' } },
      ],
      call: 'DescribeLoadBalancers',
      input: { PageSize: 2, Marker: '$marker' },
      expect: { answer: { LoadBalancers: { length: 1, 0: { LoadBalancerArn: '$lb3' } }, NextMarker: null } },
      onMoto: true,
    },
    {
      proves: ['moto 2.19', 'moto 1.8'],
      name: 'fifty are allowed, and come in one page',
      before: times(50, (n) => aLoadBalancer({}, `lb${n}`)),
      call: 'DescribeLoadBalancers',
      input: {},
      expect: { answer: { LoadBalancers: { length: 50 }, NextMarker: null } },
    },
    {
      proves: ['moto 1.8'],
      name: 'the fifty-first load balancer',
      before: times(50, (n) => aLoadBalancer({}, `lb${n}`)),
      ...aLoadBalancer(),
      save: {},
      expect: { error: 'TooManyLoadBalancers', says: ['50'] },
    },
  ],
);
