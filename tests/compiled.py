"""Whether the bridge that is tested here was compiled (`make test-compiled`)."""

from __future__ import annotations

import pytest

from bridge import session

COMPILED = not str(session.__file__).endswith(".py")

interpreted_only = pytest.mark.skipif(COMPILED, reason="replaces a part of what is compiled")
