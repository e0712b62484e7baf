"""Many carriers and agents at once, lean enough to load a bridge: the far ends of `vocero bench`.

They speak the vendors' messages and know nothing of the bridge. They are made for load, not for
truth: nothing is checked but sound, order and time. `python -m simulation.far_ends` is started by
the bench only.
"""
