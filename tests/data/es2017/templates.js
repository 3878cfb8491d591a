const url = `https://${host}/e?email=${encodeURIComponent(user.email)}&id=${`n${id}`}`;
const empty = ``, plain = `plain`, only = `${only}`, twice = `${a}${b}`, escaped = `a\`b\${c}\n\u0041`;
const lines = `first
second ${ /* why */ value /* because */ } third
`;
posthog.capture(`event_${name}`, { [`key`]: `v` });
tag`raw ${x} text`; String.raw`a\b`; obj.tag`x`(y)`z`;
new Tagged`t`;
const nested = `${ items.map((item) => `<li>${ item.email }</li>`).join(`, `) }`;
