const r = a + b * c - d / e % f ** g ** h;
const s = a < b && c > d || e <= f && g >= h;
const t = a == b, u = a === b, v = a != b, w = a !== b, x = a instanceof B, y = "k" in o;
const z = a << 1 | b >> 2 & c >>> 3 ^ ~d;
const q = (a + b) * (c - (d / e)), n = a ? b : c ? d : e;
const m = (a, b) || (c && d), l = (a || b) && c, k = !a && !(b || c);
