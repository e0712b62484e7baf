"""One phone call, two sockets: the carrier's media stream and the agent's websocket."""
