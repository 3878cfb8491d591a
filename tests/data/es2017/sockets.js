const io = require("socket.io")(server, { cors: { origin: "*" } });
io.on("connection", (socket) => {
  socket.on("update", (data) => { io.emit("update", data); socket.broadcast.emit("u", data); io.to(data.room).emit("u", data); });
});
io.sockets.emit("all", { customers }); wss.clients.forEach((c) => { if (c !== ws) c.send(JSON.stringify(order)); });
