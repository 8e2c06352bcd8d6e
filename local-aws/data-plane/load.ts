// What the data plane remembers about targets: whose turn it is, how many requests are under way, since when they are healthy.
import type { TargetRecord } from '../elb/state.ts';

export class TargetLoad {
  readonly #turns = new Map<string, number>();
  readonly #outstanding = new Map<string, number>();
  readonly #healthySince = new WeakMap<TargetRecord, number>();

  /** The turn of a group, which is over with that. */
  turnOf(group: string): number {
    const turn = this.#turns.get(group) ?? 0;
    this.#turns.set(group, turn + 1);
    return turn;
  }

  /** Requests under way at a target. */
  outstanding(key: string): number {
    return this.#outstanding.get(key) ?? 0;
  }

  began(key: string): void {
    this.#outstanding.set(key, this.outstanding(key) + 1);
  }

  ended(key: string): void {
    const left = this.outstanding(key) - 1;
    if (left > 0) this.#outstanding.set(key, left);
    else this.#outstanding.delete(key);
  }

  /**
   * Notes that a target became healthy. `alone`: no other target of its group is healthy, then it does not start slowly
   * (ALB User Guide: Slow start mode).
   */
  becameHealthy(target: TargetRecord, alone: boolean, now: number): void {
    if (!alone) this.#healthySince.set(target, now);
  }

  /** How much of its full share a target takes after `slowMs` of slow start: it grows linearly from 0 to 1. */
  share(target: TargetRecord, slowMs: number, now: number): number {
    const since = this.#healthySince.get(target);
    return since === undefined || slowMs === 0 ? 1 : Math.min(1, (now - since) / slowMs);
  }
}
