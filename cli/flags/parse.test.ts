// Every flag of the AWS Load Balancer Controller v3.5, given to both processes: taken, told or refused, never unknown.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { mistakes } from '../../controller/options.ts';
import { LBC_FLAGS as LBC } from '../../e2e/harness/lbc-flags.ts';
import { controllerCommand } from '../controller.ts';
import { planCommand } from '../plan.ts';
import { treeCommand } from '../tree.ts';
import { webhookCommand } from '../webhook.ts';
import type { ProcessName } from './lbc.ts';
import { type Heard, heard } from './parse.ts';
import { OWN } from './table.ts';

const NEEDED: Readonly<Record<ProcessName, readonly string[]>> = {
  controller: ['--cluster-name=prod'],
  webhook: ['--port=1', '--tls-cert-file=c', '--tls-private-key-file=k'],
};
const NOTHING = { controller: [], webhook: [] };

/** What the real command hears in these words; what it says when it ends the process. */
function told(
  process: ProcessName,
  words: readonly string[],
  needed: Readonly<Record<ProcessName, readonly string[]>> = NEEDED,
): Heard<Record<string, unknown>> {
  const result: { heard?: Heard<Record<string, unknown>> } = {};
  const command = process === 'controller' ? controllerCommand() : webhookCommand();
  command
    .configureOutput({ writeErr: () => undefined })
    .exitOverride()
    .action((_flags: unknown, parsed: Command) => {
      result.heard = heard(parsed, process);
    })
    .parse([...needed[process], ...words], { from: 'user' });
  if (result.heard === undefined) throw new Error('nothing was heard');
  return result.heard;
}

const counts = (flags: object): number => Object.keys(flags).length;

test('it has 60', () => {
  expect(counts(LBC)).toBe(60);
});

describe.each(['controller', 'webhook'] as const)('the %s', (process) => {
  const [kept, idle, refused] = ['kept', 'idle', 'refused'].map((what) =>
    Object.entries(LBC).filter(([name, value]) => fateOf(process, name, value) === what),
  );

  test('does what each says, or tells why not, or refuses it', () => {
    const tally = { controller: [37, 23, 0], webhook: [13, 46, 1] };
    expect([kept?.length, idle?.length, refused?.length]).toEqual(tally[process]);
  });

  test('takes them written with a space', () => {
    const values = Object.entries(LBC).filter(([, value]) => value !== 'true' && value !== 'false');
    for (const [name, value] of values)
      if (fateOf(process, name, value) !== 'refused')
        expect(() => told(process, [`--${name}`, value], besides(name)), name).not.toThrow();
  });
});

/** `kept` when it changes the options, or says what holds anyway. */
function fateOf(process: ProcessName, name: string, value: string): 'kept' | 'idle' | 'refused' {
  try {
    const { told: notices } = told(process, [`--${name}=${value}`], besides(name));
    if (notices.length === 0) return 'kept';
    expect(notices).toEqual([expect.stringMatching(new RegExp(`^--${name}: \\S`))]);
    return 'idle';
  } catch (thrown) {
    expect(String(thrown)).toMatch(new RegExp(`error: --${name} \\S.*: .*; .*\\.$`));
    return 'refused';
  }
}

/** A flag that is needed anyway is not said twice. */
function besides(name: string): Readonly<Record<ProcessName, readonly string[]>> {
  const webhook = name.startsWith('webhook-')
    ? ['--webhook-cert-dir=/certs', '--webhook-bind-port=9443']
    : NEEDED.webhook;
  return { controller: NEEDED.controller, webhook };
}

test.each<[string, Command, readonly string[], readonly string[]]>([
  ['controller', controllerCommand(), OWN.controller.map(({ name }) => name), ['enable-waf', 'port']],
  ['webhook', webhookCommand(), OWN.webhook.map(({ name }) => name), ['enable-waf', 'cluster-name']],
  ['plan', planCommand(), ['cluster-name', 'default-tags', 'lease'], ['sync-period', 'enable-waf']],
])('--help of the %s has its own flags, and not those that are only taken', (_, command, own, others) => {
  const listed = [...command.helpInformation().matchAll(/^ +(?:-\w, )?--([a-z0-9-]+)/gm)].map(
    ([, name]) => name,
  );
  expect(own.filter((name) => !listed.includes(name))).toEqual([]);
  expect(others.filter((name) => listed.includes(name))).toEqual([]);
});

describe('under another name', () => {
  test.each<[ProcessName, string[], object]>([
    ['controller', ['--metrics-bind-addr=:8080'], { metricsPort: 8080 }],
    ['controller', ['--metrics-bind-addr', '127.0.0.1:1'], { metricsHost: '127.0.0.1', metricsPort: 1 }],
    ['controller', ['--health-probe-bind-addr=:61779'], { healthPort: 61_779 }],
    ['controller', ['--enable-leader-election=false'], { leaderElect: false }],
    ['controller', ['--enable-leader-election', '--enable-leader-election=f'], { leaderElect: false }],
    ['webhook', ['--webhook-bind-port=2', '--webhook-cert-dir=/x'], { port: 2, tlsCertFile: '/x/tls.crt' }],
    [
      'webhook',
      ['--webhook-bind-port=2', '--webhook-key-file=k'],
      {
        tlsCertFile: '/tmp/k8s-webhook-server/serving-certs/tls.crt',
        tlsPrivateKeyFile: '/tmp/k8s-webhook-server/serving-certs/k',
      },
    ],
  ])('%s %j', (process, words, options) => {
    const needed = { ...NOTHING, controller: NEEDED.controller };
    expect(told(process, words, needed).options).toMatchObject(options);
  });
  test('no port is none', () => {
    expect(told('controller', ['--metrics-bind-addr=0']).options).not.toHaveProperty('metricsPort');
  });
  test('none of them is an option of its own', () => {
    const { options } = told('controller', ['--enable-leader-election=false', '--enable-waf=false']);
    expect(Object.keys(options)).not.toContain('enableLeaderElection');
    expect(Object.keys(options)).not.toContain('enableWaf');
  });
  test('the same is said twice', () => {
    expect(told('webhook', ['--webhook-bind-port=1']).options).toMatchObject({ port: 1 });
  });
});

describe('refused', () => {
  test.each<[ProcessName, string[], string]>([
    ['webhook', ['--webhook-bind-port=9443'], '--port and --webhook-bind-port say different things'],
    [
      'controller',
      ['--leader-elect', '--enable-leader-election=false'],
      '--leader-elect and --enable-leader',
    ],
    ['webhook', ['--kube-ca-pem-filepath=/ca.pem'], 'let only the API server reach the webhook'],
    ['controller', ['--tolerate-non-existent-backend-service=false'], 'answers 503'],
    ['controller', ['--ingress-class='], 'It is empty'],
    ['controller', ['--aws-api-throttle=EC2'], 'is not of the form serviceID:regex=rate:burst'],
    ['controller', ['--enable-waf=maybe'], 'Neither true nor false'],
    ['controller', ['--clustername=x'], "unknown option '--clustername=x'"],
  ])('%s %j: %s', (process, words, because) => {
    expect(() => told(process, words)).toThrow(because);
  });
  test('a port that nobody says', () => {
    expect(() => told('webhook', [], NOTHING)).toThrow("required option '--port <number>' not specified");
  });
  test('an empty name of the cluster', () => {
    expect(() => told('controller', ['--cluster-name='], NOTHING)).toThrow('It is empty');
  });
});

describe('as the LBC reads flags', () => {
  test.each<[string[], object]>([
    [['--default-tags=a=b', '--default-tags=c=d,a=e'], { defaultTags: { a: 'e', c: 'd' } }],
    [['--external-managed-tags=a', '--external-managed-tags=b,c'], { externalManagedTags: ['a', 'b', 'c'] }],
    [
      ['--feature-gates=ALBSingleSubnet=1', '--feature-gates=EnableRGTAPI=false'],
      {
        featureGates: { ALBSingleSubnet: true, EnableRGTAPI: false },
      },
    ],
    [['--aws-region=a', '--aws-region=b'], { awsRegion: 'b' }],
    [
      ['--warn-only=WebAclEmpty', '--warn-only=TrackingTag'],
      { warnOnly: new Set(['WebAclEmpty', 'TrackingTag']) },
    ],
    [['--sync-period=1h0m0s'], { syncPeriod: 3600 }],
    [['--enable-shield=F'], { enableShield: false }],
    [['--enable-wafv2=false', '--enable-wafv2'], { enableWafv2: true }],
  ])('%j', (words, options) => {
    expect(told('controller', words).options).toMatchObject(options);
  });
  test.each(['watch-namespace', 'aws-region', 'aws-vpc-id', 'kubeconfig', 'backend-security-group'])(
    'an empty --%s says nothing',
    (name) => {
      expect(told('controller', [`--${name}=`]).options).toEqual(told('controller', []).options);
    },
  );
});

test('what each option says is looked at together', () => {
  const { options } = told('controller', ['--default-tags=elbv2.k8s.aws/cluster=x']);
  expect(mistakes(options as unknown as Parameters<typeof mistakes>[0])).toEqual([
    '--default-tags: the tag elbv2.k8s.aws/cluster is ours.',
  ]);
});

describe.each([
  ['plan', planCommand],
  ['tree', treeCommand],
] as const)('albatross %s', (_, make) => {
  const parsed = (words: readonly string[]) => {
    const result: { options?: Record<string, unknown> } = {};
    make()
      .configureOutput({ writeErr: () => undefined })
      .exitOverride()
      .action((_ingress: unknown, options: Record<string, unknown>) => {
        result.options = options;
      })
      .parse(['--cluster-name=prod', ...words], { from: 'user' });
    return result.options;
  };
  test('takes what the controller takes', () => {
    const words = Object.entries(LBC).map(([name, value]) => `--${name}=${value}`);
    expect(parsed([...words, '--drift-period=1h', '--health-port=1'])).toMatchObject({
      ...{ awsVpcId: 'vpc-1', awsRegion: 'us-west-2', awsMaxRetries: 5, syncPeriod: 36_000 },
      requiredSecretsLabel: { key: 'login', value: 'yes' },
    });
  });
  test('refuses what the controller refuses', () => {
    expect(() => parsed(['--tolerate-non-existent-backend-action=false'])).toThrow('answers 503');
    expect(() => parsed(['--clustername=x'])).toThrow('unknown option');
  });
});

/** Credentials are given, so that nobody is asked for them. */
const ENV = { HOME: '/none', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

/** Runs the executable to its end. */
async function run(process_: ProcessName, words: readonly string[]) {
  const executable = fileURLToPath(new URL('../albatross.ts', import.meta.url));
  const child = spawn(process.execPath, [executable, process_, ...words], { env: ENV });
  const [[code], out, err] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return {
    code,
    lines: out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    err,
  };
}

describe('the processes themselves, given all of them', () => {
  test.each(['controller', 'webhook'] as const)('%s', async (name) => {
    const words = Object.entries(LBC)
      .filter(([flag]) => flag !== 'kube-ca-pem-filepath')
      .map(([flag, value]) => `--${flag}=${value}`);
    const { code, lines, err } = await run(name, words);
    expect(err).toMatch(/cannot start: --kubeconfig \/none: there is no such file/);
    expect(code).toBe(1);
    expect(lines).toEqual([expect.objectContaining({ msg: 'flags without effect here' })]);
    expect(lines[0].flags.length).toBe({ controller: 22, webhook: 46 }[name]);
  });
});
