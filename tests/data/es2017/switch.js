switch (kind()) {
  case "a":
    track("a");
    break;
  case other(): {
    let local = 1;
    track("b", { local });
  }
  // falls through
  case 3:
  case 4: track("c"); track("d")
  // before the default
  default:
    track("e")
    /* at the end */
}
switch (x) {}
switch (x) { default: }
function f(v) { switch (v) { case 1: return; default: return g() } }
