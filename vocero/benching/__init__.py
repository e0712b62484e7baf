"""`vocero bench`: what the bridge adds and costs. A served Vocero imports none of it."""
