let a, b;
[a, b] = [b, a];
({ a, b: [b = get()], ...rest } = load());
[a.b, c[d]] = pair;
({ x: this.x, y = 2 } = point);
