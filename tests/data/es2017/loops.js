for (var i = 0, j = start(); i < 10; i++, j--) track(i);
for (const [key, value] of Object.entries(traits)) people.set(key, value);
for (let name in props) if (own(props, name)) send(name, props[name]);
for (existing of list) use(existing);
for (a.b in c) use(a);
for (;;) { if (stop()) break; }
for (const { email = none() } of users) posthog.identify(email);
while (queue.length) flush(queue.shift());
do { retry(); } while (--tries > 0);
do x++; while (x < 5)
for (i = 0, j = 1; i < j; ) i += step();
