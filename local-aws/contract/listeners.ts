// Rows for new listeners: ports, protocols, repeats, quotas (aws-limits 2; moto-coverage 3).
import { onBalancer as before, made, refused } from './create-listener.ts';
import { type ContractRow, from } from './row.ts';
import { aListener, anHttpsListener, fixed, times } from './steps.ts';

export const listenerRows: readonly ContractRow[] = from(
  'AWS: Elastic Load Balancing API Reference, CreateListener',
  [
    ...[1, 65535].map((Port) => made(['N1'], `port ${Port}`, aListener({ Port }), { Port })),
    ...[0, 65536, 70000].map((Port) =>
      refused(['N1', 'moto 3.3'], `port ${Port}`, aListener({ Port }), 'ValidationError', [`'${Port}'`]),
    ),
    refused(['N1'], 'no port', aListener({ Port: undefined }), 'ValidationError', ['port']),
    refused(['N2'], 'no protocol', aListener({ Protocol: undefined }), 'ValidationError', ['protocol']),
    made(['N2', 'N4', 'N7', 'N8', '6 ACM certificate'], 'HTTPS with one certificate', anHttpsListener(), {
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: '$cert1' }],
    }),
    made(['N5', 'N13'], 'HTTP without any of it', aListener(), { Protocol: 'HTTP', SslPolicy: null }),
    ...['http', 'https', 'TCP', 'TLS', 'GENEVE'].map((Protocol) =>
      refused(['N2', 'moto 3.4'], `the protocol ${Protocol}`, aListener({ Protocol }), 'ValidationError', [
        `'${Protocol}'`,
      ]),
    ),
    {
      ...refused(['moto 3.4'], 'TCP', aListener({ Protocol: 'TCP' }), 'ValidationError', ["'TCP'"]),
      onMoto: true,
    },
    {
      ...refused(
        ['moto 3.4', '6 resource ARNs'],
        'an unknown load balancer',
        aListener({
          LoadBalancerArn:
            'arn:aws:elasticloadbalancing:$region:$account:loadbalancer/app/gone/0123456789abcdef',
        }),
        'LoadBalancerNotFound',
        ['One or more load balancers not found'],
      ),
      onMoto: true,
    },
    made(
      ['N3', 'moto 3.2', 'moto 1.2'],
      'a repeat with the same settings is the same listener',
      aListener(),
      { ListenerArn: '$listener' },
      [...before, aListener()],
    ),
    ...(
      [
        ['another action', aListener({ DefaultActions: [fixed('404')] })],
        ['another protocol', anHttpsListener({ Port: 80 })],
      ] as const
    ).map(([what, step]) =>
      refused(
        ['N3', 'moto 3.2', 'moto 1.2'],
        `the same port with ${what}`,
        step,
        'DuplicateListener',
        ['80'],
        [...before, aListener()],
      ),
    ),
    refused(
      ['N13'],
      'an ALPN policy',
      anHttpsListener({ AlpnPolicy: ['HTTP2Preferred'] }),
      'ValidationError',
      ['ALPN policy'],
    ),
    made(['N20'], 'the fiftieth listener', aListener({ Port: 50 }), { Port: 50 }, [
      ...before,
      ...times(49, (n) => aListener({ Port: n }, `l${n}`)),
    ]),
    refused(
      ['N20', 'moto 1.8'],
      'the fifty-first listener',
      aListener({ Port: 51 }),
      'TooManyListeners',
      ['50'],
      [...before, ...times(50, (n) => aListener({ Port: n }, `l${n}`))],
    ),
  ],
);
