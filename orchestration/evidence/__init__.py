"""What decides from a call's transcript whether `booked` may be said.

`judge` holds the agent's report against the transcript; `walk` goes through it line by line.
"""
