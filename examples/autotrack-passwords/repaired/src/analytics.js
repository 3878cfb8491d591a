import mixpanel from 'mixpanel-browser';

mixpanel.init(process.env.MIXPANEL_TOKEN, { autocapture: false, secure_cookie: true });

export function signedIn(plan) {
  mixpanel.track('Signed in', { plan });
}
