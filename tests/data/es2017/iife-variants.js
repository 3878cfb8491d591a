(function () { track(1); })();
(function () { track(2); }());
!function () { track(3); }();
(() => { track(4); })();
(async () => { await track(5); })();
void function named(a, b) { track(a); }(1, 2);
(function (w, d) { w.dataLayer = w.dataLayer || []; }).call(this, window, document);
var x = function () { return 1; }();
(/* first */ function () { track(6); } /* last */)(/* none */);
