import mixpanel from 'mixpanel-browser';

mixpanel.init(process.env.MIXPANEL_TOKEN);

export function signedIn(plan) {
  mixpanel.track('Signed in', { plan });
}
