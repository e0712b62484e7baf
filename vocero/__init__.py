"""The front door: commands, settings, and the only place that knows every room."""
