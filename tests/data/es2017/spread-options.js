const base = { autocapture: false };
posthog.init("k", { ...base, ...(isProd ? {} : { debug: true }), session_recording: { maskAllInputs: false, ...replay } });
track(...args, "x", ...[1, 2, ...more]);
new Client(...config());
