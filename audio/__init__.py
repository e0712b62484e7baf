"""Sound as numbers: formats, G.711, resampling, framing, tones. No sockets, no vendors, no clock."""
