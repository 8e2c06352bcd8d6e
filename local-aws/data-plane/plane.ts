// What the data plane knows besides a request.
import type { ElbState, World } from '../elb/state.ts';
import type { TokenKeys } from './jwt.ts';
import type { TargetLoad } from './load.ts';
import type { DataPlaneSettings } from './settings.ts';
import type { Address, Upstreams } from './upstreams.ts';

export interface DataPlaneContext {
  readonly state: ElbState;
  readonly world: World;
  /** The address that listeners listen on. */
  readonly host: string;
  /** Real seconds for each configured second. */
  readonly timeScale: number;
  readonly targetAddress: (target: { id: string; port: number }) => Address | undefined;
  readonly upstreams: Upstreams;
  readonly settings: DataPlaneSettings;
  readonly load: TargetLoad;
  readonly tokenKeys: TokenKeys;
}

/** No scaled wait is shorter than this: a busy machine is not a silent target. */
const WAIT_MIN_MS = 2_000;

/** A configured wait in real milliseconds. */
export function waitMs(plane: Pick<DataPlaneContext, 'timeScale'>, seconds: number): number {
  return Math.max(seconds * 1000 * plane.timeScale, WAIT_MIN_MS);
}
