const o = { a: { b: { c: { d: 1 } } }, "e-f": { 'g': [ { h: i } ] }, j, k() {}, l: (m, n), o: p = q, r: s ? t : u, v: w || x, ...y, z: { ...{} } };
const { a: { b: { c: { d } } }, "e-f": ef, [dyn]: dynamic, 1: one } = o;
o.a.b.c = { set: true }; o["a"]["b"] = null; o[d] = d; delete o.a;
