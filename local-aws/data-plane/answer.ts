// What a listener does with a request: refuse it, let nobody in, redirect, respond itself or forward.
import { applyTransforms, redirectLocation } from '../../api/routing/match.ts';
import { type ClientRequest, refusedWith, seen } from './client.ts';
import { chooseDestination } from './destination.ts';
import { type ForwardedRequest, forward, send } from './forward.ts';
import type { DataPlaneContext } from './plane.ts';
import { type Exchange, fail, reply } from './replies.ts';
import { ruleActionsOf, ruleFor } from './route.ts';
import { isAuthenticated } from './sign-in.ts';

/** Troubleshoot your Application Load Balancers, HTTP 507: a redirect to a URL of more than 8 K. */
const LOCATION_MAX = 8 * 1024;

/** Answers a request; one that is forwarded goes on its way with `go`. */
export function answer(
  plane: DataPlaneContext,
  exchange: Exchange,
  request: ClientRequest,
  go: (passage: ForwardedRequest) => void = send,
): void {
  const refused = refusedWith(request);
  if (refused !== undefined) {
    fail(exchange, refused);
    return;
  }
  const asked = seen(request, exchange.settings);
  const decision = ruleActionsOf(ruleFor(plane.state, exchange.listener, asked));
  const { before, routing, transforms } = decision;
  const route = () => {
    const { RedirectConfig: redirect, FixedResponseConfig: fixed } = routing;
    if (redirect !== undefined) {
      const location = redirectLocation(redirect, asked);
      const status = Number(redirect.StatusCode?.slice('HTTP_'.length));
      if (location.length > LOCATION_MAX) fail(exchange, 507);
      else reply(exchange, status, { location, 'content-type': 'text/html' }, '');
    } else if (fixed !== undefined) {
      const type = { 'content-type': fixed.ContentType ?? 'text/plain' };
      reply(exchange, Number(fixed.StatusCode), type, fixed.MessageBody ?? '');
    } else {
      const after = applyTransforms(transforms, asked);
      const destination = chooseDestination(plane, routing, request.headers);
      if (after === undefined) fail(exchange, 500);
      else if (destination === undefined) fail(exchange, 503);
      else forward(plane, exchange, destination, { before: asked.host, after }, request, go);
    }
  };
  // What cannot be sent on, such as a rewritten path with a space in it, is a request that broke the load balancer.
  const tryRoute = () => {
    try {
      route();
    } catch (error) {
      fail(exchange, 500, error instanceof Error ? error.message : String(error));
    }
  };
  if (before === undefined) tryRoute();
  else
    isAuthenticated(plane, before, exchange, request).then(
      (letIn) => {
        if (letIn) tryRoute();
      },
      // Our bug: the client sees a load balancer that broke.
      (error: unknown) => fail(exchange, 500, String(error)),
    );
}
