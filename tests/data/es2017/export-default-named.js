export default function track(name, { email } = {}) { window.analytics.track(name, { email }); }
