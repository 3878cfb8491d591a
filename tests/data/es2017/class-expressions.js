const A = class { m() { return track("a"); } };
const B = class Named extends (a, A) { static [`x`]() {} };
register(class extends HTMLElement { connectedCallback() { posthog.capture("connected"); } });
(class {}).name;
new (class { constructor() { go(); } })();
