outer: for (let i = 0, n = items.length; i < n; i++) {
  inner: while (true) {
    if (items[i].skip) continue outer;
    if (i > 5) break inner;
    track(items[i]);
    break outer;
  }
}
block: { if (done) break block; track("after"); }
