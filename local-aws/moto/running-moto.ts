// A moto that somebody else started: it has to answer, and to be of the same account.
import { unmet, wordsOf } from '../../api/problems/unmet-need.ts';
import { credentialScope } from '../account/scope.ts';
import type { Moto } from './moto-process.ts';

/** What it says on the other side of the URL, and whose it is: closing it is not ours. @throws Unmet */
export async function runningMoto(url: string, account: string): Promise<Moto> {
  const theirs = await accountOf(url);
  if (theirs !== account)
    throw unmet(
      `--moto ${url}`,
      `its account is ${theirs ?? 'not to be had'}, and this one is ${account}`,
      theirs === undefined ? 'name the address of a moto_server' : `add --account ${theirs}`,
    );
  return { url, ended: new Promise(() => undefined), close: async () => undefined };
}

/** The number of the account as STS tells it; undefined when what answers is no STS. */
async function accountOf(url: string): Promise<string | undefined> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: credentialScope('sts'),
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  }).catch((thrown: unknown) => {
    const because = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
    throw unmet(
      `--moto ${url}`,
      `nothing answers there (${wordsOf(because)})`,
      'start moto_server, or leave --moto out, so that one is started',
      thrown,
    );
  });
  return /<Account>(\d{12})<\/Account>/.exec(await response.text())?.[1];
}
