import type { FastifyInstance } from 'fastify';

/** hls.js moves work into a worker made from a blob, and plays through a media source blob; all else is our own. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export const registerSecurityHeaders = (app: FastifyInstance, options: { readonly https: boolean }): void => {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      ...(options.https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    });
    // Answers about cases and people belong in no cache; what may be cached says so itself.
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    return Promise.resolve();
  });
};
