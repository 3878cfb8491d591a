function outer(a) {
  function inner(b) { return function innermost(c) { return a + b + c; }; }
  const arrow = (d) => (e) => (f) => inner(d)(e + f);
  var expr = function () {}, named = function other() {};
  this.method = function () { return arrow; };
  outer.prototype.go = () => expr();
  window["set"] = function () {};
  table[key] = function () {};
  return;
}
const wrapped = (function () { return 1; }), arrow2 = ((x) => x);
obj.prop = (() => 1);
function empty() {}
function returns() { return
  1; }
