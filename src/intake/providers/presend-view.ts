import type { MessageView } from '../message-view.ts';

/** What the gate knows of a message beyond a provider's shape; stands beside it under `presend`. */
export function presendView(view: MessageView): object {
  return {
    id: view.id,
    disposition: view.told,
    decision: view.decision,
    rule: view.reason === '' ? null : view.reason,
    upstream_id: view.upstreamId,
    deliveries: (view.outcomes ?? []).map(({ deliveryId, recipient, state, decision, reason, note }) => ({
      id: deliveryId,
      to: recipient,
      disposition: state,
      decision,
      rule: reason,
      rationale: note,
    })),
  };
}

/** The JSON request a message came in; empty for one that came in another shape. */
export function requestJson({ request }: MessageView, provider: string): Record<string, unknown> {
  if (request?.provider !== provider) return {};
  return JSON.parse(request.body.toString()) as Record<string, unknown>;
}
