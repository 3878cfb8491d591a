// trackaudit: ignore[x] -- y
posthog.init("k", {
  // why
  debug: true, /* a
 b */ text: `one
two ${x}
`,
});
function f() {
  return
}
switch (a) {
  case 1:
    b()

  default:
}
var s = "a\
b"
var t = s
