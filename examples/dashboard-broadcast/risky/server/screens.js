import { createServer } from 'node:http';
import { Server } from 'socket.io';

const io = new Server(createServer().listen(8080));

io.on('connection', (screen) => {
  screen.join(`customer:${screen.data.customerId}`);
});

// Every change of a customer's figures goes to the customer's screens.
export function update(customer, figures) {
  io.emit('figures', { customerId: customer.id, revenue: figures.revenue, calls: figures.calls });
}
