// trackaudit: ignore[unmasked-inputs] until 2027-01-31 -- the form has no secrets
posthog.init("k", {
  session_recording: {
    maskAllInputs: false, // trackaudit: ignore[unmasked-inputs] -- reviewed
  },
  /* trackaudit: ignore[debug-mode] -- staging only */ debug: true,
});
/**
 * trackaudit: ignore[default-pii] -- agreed
 */
Sentry.init({ sendDefaultPii: true });
//not a space
//-- odd
