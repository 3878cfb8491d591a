try {
  posthog.init("k");
} catch (error) {
  Sentry.captureException(error, { extra: { email: user.email } });
} finally {
  done();
}
try { a() } catch ({ message, code = 1, ...more }) { log(message, code, more) }
try { b(); } finally { c(); }
