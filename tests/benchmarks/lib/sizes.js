// How much is signed and sent, so that what stands beside does as much.

/** The JWTs of a token answer. */
export const jwtsOf = (answer) => [answer.access_token, answer.id_token].filter((text) => text?.startsWith("eyJ"));

/** The bytes of a JWT, or of an answer's access token, that its signature is over. */
export const signedBytes = (token) => (token.access_token ?? token).lastIndexOf(".");

/** Where the bare web server answers as much as this text is. */
export const constantOf = (text) => `/constant/${Buffer.byteLength(text)}`;
