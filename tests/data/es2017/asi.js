var a = 1
var b = a
+ 1
let c = function () { return }
let d = () => {}
const e = b
;[1, 2].forEach(track)
;(function () { return /* nothing */ })()
if (a) b
else c
do track(1)
while (a--)
a
++b
return_: { break return_ }
throw new Error("x")
