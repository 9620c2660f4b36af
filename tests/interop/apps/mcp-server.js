import express from 'express';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { Refused, bearerToken, createVerifier, protectedResource } from 'identityprovider-verifier';

/**
 * A server of tools for agents (Model Context Protocol), as an API of ours: it says who gives tokens for it (RFC 9728), and lets nobody in without one.
 * Stateless: each request has a server and a transport of its own.
 */
export function mcpServer({ issuer, resource, scope }) {
  const metadata = protectedResource({ resource, issuer, scopes: [scope], name: 'Notes for agents' });
  const verifier = createVerifier({ issuer, audience: resource, resourceMetadata: metadata.url });

  const app = express();
  app.get(metadata.path, (request, response) => response.json(metadata.document));
  app.use(new URL(resource).pathname, async (request, response, next) => {
    try {
      request.claims = await verifier.verify(bearerToken(request.headers.authorization), { scope });
      next();
    } catch (error) {
      if (!(error instanceof Refused)) return next(error);
      if (error.challenge) response.set('www-authenticate', error.challenge);
      response.status(error.status).json({ error: error.reason });
    }
  });
  app.post(new URL(resource).pathname, express.json(), async (request, response) => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' });
    server.registerTool('whoami', { description: 'Who the agent works for' }, () => ({
      content: [{ type: 'text', text: JSON.stringify({ sub: request.claims.sub, client: request.claims.client_id, scope: request.claims.scope }) }],
    }));
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.on('close', () => server.close());
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
  app.all(new URL(resource).pathname, (request, response) => response.status(405).end());
  return { app, close: () => verifier.close() };
}
