#!/usr/bin/env node
// The executable: the local AWS alone, without Albatross.
import { localAwsCommand } from './command.ts';

await localAwsCommand('albatross-local-aws').parseAsync();
