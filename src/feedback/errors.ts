/** The request does not prove that it comes from the provider. Answered 401; `message` says what is wrong, never the secret. */
export class SignatureError extends Error {
  override name = 'SignatureError';
}

/** The provider is believed but what it says cannot be read. Answered 400 with `message`. */
export class UnreadableEventError extends Error {
  override name = 'UnreadableEventError';
}

/** Something needed to go on is out of reach for now. Answered 503, so that the provider sends the same again. */
export class FeedbackTroubleError extends Error {
  override name = 'FeedbackTroubleError';
}
