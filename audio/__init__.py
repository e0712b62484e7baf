"""Sound as numbers: formats, G.711, resampling, tones. No sockets, no vendors, no clock."""
