/** Every reason to refuse a token. `refusals` has them as values; README.md says what each means. */
export type Refusal =
  | 'TokenMissing' | 'TokenMalformed' | 'TypUnexpected' | 'AlgorithmNotAllowed' | 'HeaderNotAllowed' | 'KeyUnknown' | 'SignatureInvalid'
  | 'IssuerUnexpected' | 'AudienceUnexpected' | 'Expired' | 'NotYetValid' | 'ClaimMissing' | 'ProofMissing' | 'KeysUnavailable'
  | 'StatusMissing' | 'StatusMalformed' | 'StatusUriForeign' | 'StatusUnavailable' | 'StatusListUntrusted' | 'StatusListMalformed'
  | 'StatusListTooLarge' | 'StatusListExpired' | 'StatusIndexOutOfRange' | 'TokenRevoked' | 'TokenStale' | 'StatusNotValid'
  | 'InsufficientAuthentication' | 'InsufficientScope' | 'ProofInvalid' | 'ProofKeyUnexpected' | 'ProofReplayed' | 'ProofNonceNeeded'
  | 'ProofsTooMany' | 'SchemeUnexpected';

/** Every reason, in the order of the checks. Frozen. */
export declare const refusals: readonly Refusal[];

/** What an API accepts, and how long it trusts what it holds. Durations are seconds. */
export interface VerifierOptions {
  /** The issuer, exactly as in `iss`, without a trailing slash; https, or http on loopback. */
  issuer: string;
  /** This API's resource identifier, one of the token's `aud`; several where the API has several names. */
  audience: string | readonly string[];
  /** The signature algorithms accepted, of tokens and of status lists. Default: all three. */
  algorithms?: readonly ('RS256' | 'PS256' | 'ES256')[];
  /** How far the issuer's clock and ours may differ, at most 60. An expired token lives so much longer. Default: 30. */
  clockSkew?: number;
  /** Refuse tokens without a status. A status that is there is always checked. Default: false. */
  requireStatus?: boolean;
  /** Listen to the issuer's event stream, so that a revocation arrives in under a second. Default: true; false on Cloudflare's workers. */
  push?: boolean;
  /** Requests share what they wait for. Default: true; false on Cloudflare's workers, where no promise may cross requests. */
  sharesFetches?: boolean;
  /** After this the key set is fetched again while the one held serves; after twice this a request waits for it. Default: 300. */
  jwksMaxAge?: number;
  /** How long the last key set serves while the issuer is down, from the moment it was last confirmed. Default: 3600. */
  jwksLastKnownGood?: number;
  /** How long the last status list serves while the issuer is down, from its last confirmation, and never past its `exp`. Default: 600. */
  statusLastKnownGood?: number;
  /** Tokens with an unknown `kid` make us fetch the key set at most once in this time. Default: 10. */
  minRefetchInterval?: number;
  /** How long one document may take to arrive. Default: 5. */
  fetchTimeout?: number;
  /** How many proofs are remembered, to refuse them a second time; beyond it they are refused as an outage. Default: 100,000. */
  mostProofs?: number;
  /** True for the first time that a proof is seen; where several nodes are to know of each other's. Keep it until the moment, in seconds. Default: what this verifier has seen. */
  spendProof?: (proof: string, expires: number) => boolean | Promise<boolean>;
  /** Whether a proof's nonce is one that this API gave out lately in `DPoP-Nonce` (RFC 9449). Default: none is asked for. */
  isNonce?: (nonce: string) => boolean;
  /** Default: `{issuer}/.well-known/jwks.json`. */
  jwksUri?: string;
  /** Default: `{issuer}/status/events`. */
  statusEventsUri?: string;
  /** Where this API says who gives tokens for it (RFC 9728): named in every challenge. `protectedResource` gives it. Default: not named. */
  resourceMetadata?: string;
  /** The only way out. Default: the platform's `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Waits so many milliseconds, or until the signal. For tests that own the clock. Default: a timer. */
  wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Told of each failure to reach or believe the issuer. The error holds no token. Default: nothing. */
  onFault?: (what: 'jwks' | 'status' | 'stream', error: Error) => void;
}

/** What a request needs, beyond a token that is good. */
export interface Asked {
  /** A scope, or several with spaces between: all of them (RFC 6750). */
  scope?: string;
  /** How long ago the user may have signed in, whole seconds (RFC 9470). */
  maxAge?: number;
  /** Classes of sign-in of which one is needed (RFC 9470). */
  acrValues?: readonly string[];
  /** How the token came and what the request proves, for tokens that are bound to a key or a certificate. Without it they are refused. */
  sender?: Sender;
  /** Keeps the platform alive for work after the answer: `(work) => context.waitUntil(work)` on edge functions. */
  waitUntil?: (work: Promise<void>) => void;
}

/** How a request showed its token, and what it proves to hold (RFC 9449, RFC 8705). */
export interface Sender {
  /** What stood before the token. Default: `Bearer`. */
  scheme?: string;
  /** The header `DPoP`. */
  proof?: string | null;
  /** The request's method. */
  method?: string;
  /** Where the request went, as its client knows it: absolute, and never out of the request's own Host header. The query doesn't count. */
  url?: string;
  /** `x5t#S256` of the connection's certificate: base64url of the SHA-256 of its DER. */
  certificateThumbprint?: string;
}

/** The claims of an access token (RFC 9068 section 2.2). */
export interface AccessTokenClaims {
  iss: string;
  sub: string;
  aud: string | string[];
  client_id: string;
  jti: string;
  iat: number;
  exp: number;
  scope?: string;
  auth_time?: number;
  acr?: string;
  [claim: string]: unknown;
}

/** What a verifier holds, for an operator's page or a probe. Moments are seconds since 1970. */
export interface Health {
  push: 'off' | 'idle' | 'open' | 'lost';
  keys: { freshness: Freshness; confirmed: number | undefined };
  lists: { uri: string; version: number | undefined; confirmed: number | undefined; freshness: Freshness }[];
}

/** How far a document may be trusted: as it is; while a newer one is fetched; only if a newer one can't be had; no more. */
export type Freshness = 'fresh' | 'stale' | 'overdue' | 'gone';

/** Made once, used for every request. */
export interface Verifier {
  /** The claims of a token that is good and does what is asked; anything else is thrown as `Refused`, also when there is no token. */
  verify(token: string | null | undefined, asked?: Asked): Promise<AccessTokenClaims>;
  /** What is held now. Asks nothing of the issuer. */
  health(): Health;
  /** Closes the event stream, which otherwise keeps a Node program running. */
  close(): void;
}

/** What an API says of itself. */
export interface ProtectedResourceOptions {
  /** Its resource identifier, a web address: the `audience` of its tokens. */
  resource: string;
  issuer: string;
  /** The scopes that its tokens may have. */
  scopes?: readonly string[];
  /** For people. */
  name?: string;
}

/** The document of RFC 9728, and where the API serves it: `path` below its own origin, `url` in whole. */
export declare function protectedResource(options: ProtectedResourceOptions): { path: string; url: string; document: Record<string, unknown> };

/** Checks the options (TypeError) and asks nothing of the issuer until the first token comes. */
export declare function createVerifier(options: VerifierOptions): Verifier;

/** The token of an `Authorization: Bearer …` header; undefined when there is none. */
export declare function bearerToken(authorization: string | null | undefined): string | undefined;

/** The scheme and the token of an `Authorization` header by Bearer or DPoP, in any case; undefined when there is none. */
export declare function sentToken(authorization: string | null | undefined): { scheme: 'Bearer' | 'DPoP'; token: string } | undefined;

/** A token that is refused, with what to answer. Its message names the reason and nothing of the token. */
export declare class Refused extends Error {
  private constructor();
  /** The one reason. */
  readonly reason: Refusal;
  /** More, for the log. */
  readonly detail: string;
  /** The HTTP status: 401, 403, or 503 when the issuer could not be asked, so that no app throws a good token away. */
  readonly status: 401 | 403 | 503;
  /** The value of `WWW-Authenticate` (RFC 6750, RFC 9470); undefined with 503. */
  readonly challenge: string | undefined;
}
