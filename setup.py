"""Compiles the way of the sound where that is wanted (VOCERO_COMPILED=1): see make-wheel.sh.

The same source, the same types, machine code instead of bytecode (mypyc): a frame then touches less
memory, which is what a call costs most. All else about the package is in pyproject.toml.
"""

from __future__ import annotations

import os

from setuptools import setup

# What a frame passes. Not here: what is awaited (mypyc's coroutines end another way), what knows
# pydantic's models, whose annotations are read (a recording's events and commands), and what is
# mostly numpy's work.
COMPILED = (
    "audio.transcode",
    "bridge.call",
    "bridge.call_state",
    "bridge.carried_sound",
    "bridge.deadline_timer",
    "bridge.downlink",
    "bridge.elevenlabs_socket",
    "bridge.elevenlabs_wire",
    "bridge.lean_socket",
    "bridge.lean_websocket",
    "bridge.on_agent",
    "bridge.on_carrier",
    "bridge.on_operator",
    "bridge.on_own",
    "bridge.on_phone",
    "bridge.operator_voice",
    "bridge.passing_time",
    "bridge.phases",
    "bridge.phone_line",
    "bridge.playback",
    "bridge.session",
    "bridge.straight_way",
    "bridge.text_frames",
    "bridge.timings",
    "bridge.twilio_socket",
    "bridge.twilio_wire",
    "bridge.uplink",
    "bridge.waits",
)

if os.environ.get("VOCERO_COMPILED") == "1":
    from mypyc.build import mypycify

    files = [module.replace(".", "/") + ".py" for module in COMPILED]
    setup(ext_modules=mypycify(["--config-file", "pyproject.toml", *files], group_name="vocero"))
else:
    setup()
