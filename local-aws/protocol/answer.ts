// Answers of the API server: documents in the protocol of the call.

import type { AwsRefusal } from '../elb/refusal.ts';
import type { AwsCall } from './call.ts';
import { errorXml, escapeXml } from './query.ts';

export interface HttpAnswer {
  status: number;
  contentType: string;
  body: Buffer | string;
}

export const xml = (body: string, status = 200): HttpAnswer => ({ status, contentType: 'text/xml', body });
export const json = (body: object, status = 200): HttpAnswer => ({
  status,
  contentType: 'application/x-amz-json-1.1',
  body: JSON.stringify(body),
});

/** A refusal in the words of the call's protocol. */
export function refusalAnswer(call: AwsCall, refusal: AwsRefusal, requestId: string): HttpAnswer {
  if (call.protocol === 'json')
    return json({ __type: refusal.code, message: refusal.message }, refusal.status);
  if (call.protocol === 'query') return xml(errorXml(refusal, requestId), refusal.status);
  const code = refusal.code === 'Throttling' ? 'RequestLimitExceeded' : refusal.code;
  return xml(
    `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>${code}</Code><Message>${escapeXml(refusal.message)}</Message>` +
      `</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
    code === 'RequestLimitExceeded' ? 503 : refusal.status,
  );
}
