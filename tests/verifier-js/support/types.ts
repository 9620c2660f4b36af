// Compiled, never run: the package as an API in TypeScript uses it.
import { Refused, bearerToken, createVerifier, refusals, type Refusal } from 'identityprovider-verifier';

const verifier = createVerifier({ issuer: 'https://login.example', audience: ['https://api.example/'], algorithms: ['ES256'], push: false });

export async function handle(request: Request): Promise<Response> {
  try {
    const claims = await verifier.verify(bearerToken(request.headers.get('authorization')), { scope: 'read', maxAge: 300 });
    const subject: string = claims.sub;
    return new Response(subject);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const reason: Refusal = error.reason;
    return new Response(reason, { status: error.status, headers: error.challenge ? { 'www-authenticate': error.challenge } : {} });
  }
}

export const known: readonly Refusal[] = refusals;
// @ts-expect-error HMACs are not to be had.
createVerifier({ issuer: '', audience: '', algorithms: ['HS256'] });
// @ts-expect-error Nobody makes refusals but the verifier.
new Refused();
