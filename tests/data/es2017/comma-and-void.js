var a = (1, 2, f()), b = void 0, c = !0, d = !1, e = ~x, g = -1, h = +y, k = typeof z, l = - -q;
(0, client.track)("event"), (0, eval)("code");
a = b = c = d;
x += 1, y -= 2, z *= 3, q /= 4, r %= 5, s <<= 1, t >>= 1, u >>>= 1, v &= 1, w |= 1, xx ^= 1, yy **= 2;
i++, --j, f().k++, delete a.b[c()];
