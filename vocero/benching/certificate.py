"""A certificate for 127.0.0.1, made for one run: the agents' side of `vocero bench --tls`."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

from vocero.benching.wish import BenchFailed

MAKING_S = 30.0


def make_certificate(folder: Path) -> Path:
    """A PEM file with a new key and its certificate. Raises BenchFailed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        raise BenchFailed("--tls needs the program openssl, which makes the agents' certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    try:
        subprocess.run(
            [
                *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-subj", "/CN=vocero bench", "-addext", "subjectAltName=IP:127.0.0.1"),
                *("-keyout", str(key), "-out", str(certificate)),
            ],
            check=True,
            capture_output=True,
            timeout=MAKING_S,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise BenchFailed(f"openssl made no certificate ({type(error).__name__})") from None
    both = folder / "both.pem"
    both.write_text(key.read_text() + certificate.read_text())
    return both


def trust_in(certificate: Path) -> ssl.SSLContext:
    """TLS as towards the real agent, except that it believes this certificate."""
    context = ssl.create_default_context(cafile=str(certificate))
    context.set_alpn_protocols(["http/1.1"])
    return context
