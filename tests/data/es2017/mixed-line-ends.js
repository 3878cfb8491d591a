a()
// xb()
/* y */c() // z

return_: d()