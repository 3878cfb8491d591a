var octal = 017, escaped = "\101";
with (settings()) { posthog.init(key); }
var yield = 1, let = 2, static = 3;
delete octal;
function arguments_() { return arguments.length; }
if (a) function hoisted() { track("h"); }
