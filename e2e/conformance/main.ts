// `make corpus`: the admission corpus played on a real API server with the webhook as it is shipped. Prints every entry that
// is not answered as expected, with what was answered; the last line is "N of M as expected".
import { readCorpus } from '../harness/admission-corpus.ts';
import { playCorpus } from '../harness/admission-play.ts';
import { prepareWebhookHost } from '../harness/webhook.ts';

const host = await prepareWebhookHost();
try {
  const webhook = await host.start();
  try {
    const played = await playCorpus(host, readCorpus());
    const wrong = played.filter(({ right }) => !right);
    for (const { entry, words } of wrong) {
      const names = entry.at.length === 0 ? '' : ` at ${entry.at.join(' or ')}`;
      const texts = entry.mentions.length === 0 ? '' : `, mentioning ${entry.mentions.join(', ')}`;
      console.log(`${entry.area}/${entry.name}: expected ${entry.verdicts.join(' or ')}${names}${texts}`);
      console.log(`  (${entry.why})`);
      console.log(`  ${words.replaceAll('\n', '\n  ')}`);
    }
    console.log(`${played.length - wrong.length} of ${played.length} as expected`);
    process.exitCode = wrong.length === 0 ? 0 : 1;
  } finally {
    await webhook.stop();
  }
} finally {
  await host.cluster.stop();
}
