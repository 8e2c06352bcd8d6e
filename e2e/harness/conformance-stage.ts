// The stage on which conformance cases are played: the account they assume, its nodes, and a controller with their settings.

import { type Played, play } from './conformance.ts';
import { readCases } from './conformance-case.ts';
import { CLUSTER, type ConformanceWorld, makeConformanceWorld } from './conformance-world.ts';
import { registerNodes } from './nodes.ts';
import { type Stage, setStage } from './stage.ts';

export interface ConformanceStage {
  readonly stage: Stage;
  /** Of the controller. */
  readonly flags: readonly string[];
  /** Plays every case of this version, or those of these names, and records it step by step. */
  playAll(names?: readonly string[]): Promise<Played[]>;
  /** The rules of every security group, by its id, each as JSON. */
  rules(): Promise<Readonly<Record<string, readonly string[]>>>;
  stop(): Promise<void>;
}

/** Load balancers at once: more than there are cases. */
const BALANCERS = 500;

/** Cases that can be played, and the names of those that wait for annotations of later versions. */
export function casesToPlay(tokens: ReadonlyMap<string, string> = new Map()) {
  const all = readCases(tokens);
  const playable = all.filter((one) => one.unplayable === undefined);
  return { playable, waiting: all.filter((one) => !playable.includes(one)) };
}

/** Sets the stage; `onStep` is told how far it is. */
export async function setConformanceStage(
  onStep: (step: string) => void = () => undefined,
): Promise<ConformanceStage> {
  const stage = await setStage({ aws: { limits: { 'application-load-balancers': BALANCERS } }, onStep });
  const made: { world?: ConformanceWorld } = {};
  const stop = async (): Promise<void> => {
    made.world?.close();
    await stage.stop();
  };
  try {
    await stage.controller().stop();
    const { code, stderr } = await stage.cluster.kubectl(['delete', 'nodes', '--all']);
    if (code !== 0) throw new Error(stderr);
    const world = await makeConformanceWorld(stage.aws.url);
    made.world = world;
    await registerNodes(stage.cluster, world.nodes);
    const flags = [
      '--cluster-name',
      CLUSTER,
      '--aws-vpc-id',
      world.vpcId,
      '--default-tags',
      'owner=platform',
    ];
    await stage.startController('controller', flags);
    const playAll = (names?: readonly string[]): Promise<Played[]> => {
      const { playable } = casesToPlay(world.tokens);
      const wanted = playable.filter(({ name }) => names === undefined || names.includes(name));
      return play(stage, world, wanted, onStep);
    };
    const rules = async (): Promise<Record<string, string[]>> =>
      Object.fromEntries(
        (await world.securityGroups()).map(({ GroupId = '', IpPermissions = [] }) => [
          GroupId,
          IpPermissions.map((one) => JSON.stringify(one)).sort(),
        ]),
      );
    return { stage, flags, playAll, rules, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}
