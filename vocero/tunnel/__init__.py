"""`vocero serve --tunnel`: a public address from ngrok for as long as the service runs."""
