const dsn = process.env.SENTRY_DSN || config.get("sentry.dsn"), release = process.env["RELEASE"];
const isProd = process.env.NODE_ENV !== "development" && location.hostname !== "localhost";
Sentry.init({ dsn, release, enabled: isProd, debug: !isProd, integrations: [new Sentry.Replay({ maskAllText: false })], tracesSampleRate: isProd ? 0.1 : 1.0,
  beforeSend(event, hint) { if (event.user) delete event.user.email; return event; } });
Sentry.configureScope(scope => { scope.setUser({ email: user.email }); scope.setTag("page", location.href); });
