"""`vocero doctor`: looks at everything that a call depends on, and says how to mend it."""
