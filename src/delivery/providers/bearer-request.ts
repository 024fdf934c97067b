import type { Account, ApiRequest, StoredRequest } from './dialect.ts';

/** The stored body to the same path, under the account's key as `Authorization: Bearer` (RFC 6750 2.1). */
export function bearerRequest(
  { path, contentType, body }: StoredRequest,
  { baseUrl, apiKey }: Account,
): ApiRequest {
  return {
    url: `${baseUrl}${path}`,
    method: 'POST',
    headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': contentType },
    body,
  };
}
