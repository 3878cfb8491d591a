var public = 1, interface = 2, package = 3;
function duplicate(a, a) { return a; }
var enumerable = { __proto__: null };
label: function f() {}
x = 010 + 08;
