"""Stands in the way of a package that is installed here."""

raise ModuleNotFoundError("No module named 'ngrok'", name="ngrok")
