"use strict";
const express = require("express");
const app = express();
app.use(Sentry.Handlers.requestHandler({ user: ["id", "email"], ip: true }));
app.post("/login", async (req, res, next) => {
  try {
    const { body: { email, password }, headers = {} } = req;
    const user = await User.findOne({ where: { email } });
    if (!user) return res.status(401).end();
    client.capture({ distinctId: user.email, event: "login", properties: { $set: { email, ip: req.ip } } });
    io.emit("login", { user });
    return res.json(user);
  } catch (err) { next(err); }
});
app.listen(process.env.PORT || 3000, () => console.log(`up ${process.pid}`));
