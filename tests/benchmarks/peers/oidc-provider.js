// npm oidc-provider on the same work: RS256 JWT access tokens for the API, ID tokens, rotating refresh tokens, everything in memory. A person is signed in
// by a form that asks nothing. With WORKERS it is so many processes, each with a memory of its own, for what needs no common one.
import cluster from "node:cluster";
import { generateKeyPairSync } from "node:crypto";
import { Provider } from "oidc-provider";
import { KeptInMemory } from "./kept-in-memory.js";

const { PORT: port, CLIENT_SECRET: secret, REDIRECT_URI: redirectUri, RESOURCE: resource, WORKERS: workers = 0 } = process.env;

if (cluster.isPrimary && Number(workers) > 0) {
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  for (let i = 0; i < Number(workers); i++) cluster.fork({ SIGNING_KEY: JSON.stringify(key) });
  process.on("SIGTERM", () => process.exit(0));
} else {
  serve(process.env.SIGNING_KEY ? JSON.parse(process.env.SIGNING_KEY) : generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }));
}

function serve(key) {
  const authentication = { client_secret: secret, token_endpoint_auth_method: "client_secret_basic" };
  const provider = new Provider(`http://localhost:${port}`, {
    adapter: KeptInMemory,
    clients: [
      { client_id: "machine", grant_types: ["client_credentials"], redirect_uris: [], response_types: [], ...authentication },
      { client_id: "web", grant_types: ["authorization_code", "refresh_token"], redirect_uris: [redirectUri], response_types: ["code"], ...authentication },
    ],
    jwks: { keys: [{ ...key, kid: "bench", use: "sig", alg: "RS256" }] },
    scopes: ["openid", "offline_access", "orders.read"],
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (ctx, interaction) => `/sign-in/${interaction.uid}` },
    loadExistingGrant: async (ctx) => consent(provider, ctx),
    issueRefreshToken: (ctx, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: () => true,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx, client) => (client.clientId === "machine" ? resource : undefined),
        getResourceServerInfo: () => ({ scope: "orders.read", audience: resource, accessTokenTTL: 900, accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } }),
      },
    },
  });
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith("/sign-in/")) return next();
    ctx.respond = false;
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: "bench" } });
  });
  provider.listen(Number(port), "127.0.0.1");
}

/** Nobody is asked: who has no consent yet has it, and keeps it with the session. */
async function consent(provider, { oidc }) {
  const known = oidc.session.grantIdFor(oidc.client.clientId);
  if (known) return provider.Grant.find(known);
  const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope("openid offline_access orders.read");
  grant.addResourceScope(resource, "orders.read");
  await grant.save();
  return grant;
}
