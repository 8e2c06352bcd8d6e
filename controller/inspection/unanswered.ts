// A question about the cluster that has no answer: what was asked for is not there, or may not be read.

/** The message is for people. */
export class Unanswered extends Error {}
