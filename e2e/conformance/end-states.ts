// `make conformance`: the recorded cases played on a real API server and the local AWS, their end states compared with those of
// the LBC. Prints what differs and why; the last line is the tally. Exit code 1 when a case differs and no reason is written.
import { casesToPlay, setConformanceStage } from '../harness/conformance-stage.ts';
import { tally, type Verdict, verdictOn } from '../harness/conformance-verdict.ts';
import { differencesByCase } from '../harness/differences.ts';

const byDesign = differencesByCase();

function print({ name, differing, apart }: Verdict): void {
  if (differing.length > 0) console.log(`${name}: ${byDesign.get(name) ?? 'NO REASON IS WRITTEN'}`);
  else if (apart.length > 0) console.log(`${name}: the recorded controller failed`);
  for (const path of [...differing, ...apart]) console.log(`  ${path}`);
}

const played = await setConformanceStage((step) => console.error(step));
try {
  const verdicts = (await played.playAll()).map(verdictOn);
  for (const verdict of verdicts) print(verdict);
  const { waiting } = casesToPlay();
  console.log(`\nLeft out: ${waiting.map(({ name, unplayable }) => `${name} (${unplayable})`).join('; ') || 'none'}`);
  const { line, wrong, idle } = tally(verdicts, byDesign);
  if (wrong.length > 0) console.log(`Without a reason in docs/differences.md: ${wrong.join(', ')}`);
  if (idle.length > 0) console.log(`Said to differ in docs/differences.md, but equal: ${idle.join(', ')}`);
  console.log(line);
  process.exitCode = wrong.length + idle.length === 0 ? 0 : 1;
} finally {
  await played.stop();
}
