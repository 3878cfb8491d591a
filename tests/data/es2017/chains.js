mixpanel.people.set({ $email: user.email }).increment("n", 1).track_charge(9.99);
$("#form").find("input[type=password]").each(function () { $(this).val(""); }).end().submit();
async function loaded() { async function loaded() { (await client.load()).track("x"); } }
(a.b).c["d"].e[f](g)[0][h`x`];
new Client("k").init().then((c) => c.track("x"), () => {}).catch(console.error);
new (factory())("k"); new factory().Client; new (a.b().C)(1); new a.b.C; new X;
window["analytics"]['track']("x"); window[`posthog`].capture("y");
super_.this.import.x;
