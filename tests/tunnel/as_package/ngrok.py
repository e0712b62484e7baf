"""What `import ngrok` finds in a process that has this folder on its path: the stand-in."""

from tests.tunnel.stand_in import StandIn

SessionBuilder = StandIn().SessionBuilder
