"""The telephone's side of it: calls as they come in."""

from flask import Flask
from flask_socketio import SocketIO

socketio = SocketIO(Flask(__name__))


def call_came_in(call):
    socketio.emit("call", {"customer_id": call.customer_id, "phone": call.phone}, to=f"customer:{call.customer_id}")
