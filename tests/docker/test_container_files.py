"""What builds and starts the container, as far as can be checked without an engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from vocero.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
DOCKERFILE = DOCKER / "Dockerfile"
COMPOSE = DOCKER / "compose.yaml"
SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|AUTH|CREDENTIAL|SID$")


def tool(name: str) -> str:
    """A program of the development packages."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} is not made for this system")
    return found


def checked(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def instructions() -> list[tuple[str, str]]:
    """(INSTRUCTION, the rest of it on one line), comments left out."""
    lines = DOCKERFILE.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    whole = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in whole if line.strip()]


def last_stage() -> list[tuple[str, str]]:
    given = instructions()
    begins = max(n for n, (name, _) in enumerate(given) if name == "FROM")
    return given[begins:]


def compose() -> dict[str, Any]:
    read: dict[str, Any] = YAML(typ="safe").load(COMPOSE.read_text(encoding="utf-8"))
    return read


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"][name]
    return found


# --- by the rules of others -----------------------------------------------------------------------
def test_the_dockerfile_keeps_hadolints_rules() -> None:
    checked(tool("hadolint"), "--failure-threshold", "style", str(DOCKERFILE))


def test_the_compose_file_keeps_the_specification() -> None:
    checked(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(COMPOSE))


def test_the_script_is_plain_shell() -> None:
    checked("sh", "-n", str(DOCKER / "make-image.sh"))


# --- the image ------------------------------------------------------------------------------------
def test_the_base_is_slim_and_of_one_version() -> None:
    (base,) = (rest for name, rest in instructions() if name == "ARG")
    assert re.fullmatch(r"BASE=python:3\.\d+-slim-[a-z]+", base)
    assert [rest.split()[0] for name, rest in instructions() if name == "FROM"] == ["${BASE}"] * 2


def test_every_file_that_is_copied_is_there_and_is_sent_to_the_builder() -> None:
    let_in = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied: set[str] = set()
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from="):
            copied |= {source.rstrip("/") for source in rest.split()[:-1]}
    assert {source for source in copied if not (ROOT / source).exists()} == set()
    assert copied == let_in


def test_every_package_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rooms = {name.partition(".")[0] for name in project["tool"]["setuptools"]["packages"]}
    copied = {rest.split()[-1] for name, rest in instructions() if name == "COPY"}
    assert {f"{room}/" for room in rooms} <= copied


def test_nothing_but_what_is_named_is_sent_to_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert not any(rule.startswith(("!.", "!var", "!**")) for rule in rules)


def test_no_secret_is_in_a_layer() -> None:
    for name, rest in instructions():
        if name in ("ENV", "ARG", "LABEL"):
            names = re.findall(r"(?:^|\s)([A-Za-z_][\w.]*)=", rest)
            assert names
            assert [each for each in names if SECRET.search(each.upper())] == []
        assert "index-url" not in rest


def test_it_runs_as_nobody_in_particular() -> None:
    (user,) = (rest for name, rest in last_stage() if name == "USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user), "a number, so that it can be checked"
    after = [name for name, _ in last_stage()][[name for name, _ in last_stage()].index("USER") :]
    assert "RUN" not in after and "COPY" not in after


def test_its_environment_is_read_as_settings() -> None:
    (environment,) = (rest for name, rest in last_stage() if name == "ENV")
    given = dict(re.findall(r"([A-Z_]+)=(\S+)", environment))
    ours = {name: value for name, value in given.items() if name.lower() in Settings.model_fields}
    settings = load_settings(ours)
    assert (settings.host, settings.port, settings.log_format) == ("0.0.0.0", 8000, "json")
    assert str(settings.var_dir) == "/data"
    assert ("VOLUME", "/data") in last_stage() and ("EXPOSE", "8000") in last_stage()


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A port where /health is answered with this status."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Health)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (None, False)])
def test_the_health_check_tells_well_from_ill(status: int | None, healthy: bool) -> None:
    (check,) = (rest for name, rest in last_stage() if name == "HEALTHCHECK")
    program, *arguments = json.loads(check.partition("CMD ")[2])
    assert program == "python3"
    with answering(status or 200) as port:
        # Nobody listens at 1.
        environment = {**os.environ, "PORT": str(port if status else 1)}
        done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True)
    assert (done.returncode == 0) == healthy


# --- compose --------------------------------------------------------------------------------------
def test_without_a_profile_there_is_one_worker_with_a_volume() -> None:
    services = compose()["services"]
    assert [name for name, about in services.items() if "profiles" not in about] == ["vocero"]
    one = services["vocero"]
    assert one["volumes"] == ["vocero-data:/data"]
    assert "DATABASE_URL" not in one["environment"]
    assert all(port.startswith("127.0.0.1:") for port in one["ports"]), "TLS ends in front of it"


def test_what_a_container_decides_wins_over_env() -> None:
    """.env is written for this machine: its HOST would listen where nobody comes in."""
    for name in ("vocero", "worker"):
        environment = service(name)["environment"]
        settings = load_settings({k: str(v) for k, v in environment.items()})
        assert (settings.host, settings.port) == ("0.0.0.0", 8000)
        assert str(settings.var_dir) == "/data"


def test_ours_may_do_nothing_but_their_work() -> None:
    for name in ("vocero", "worker"):
        ours = service(name)
        assert ours["read_only"] is True and ours["cap_drop"] == ["ALL"]
        assert ours["security_opt"] == ["no-new-privileges:true"]
        seconds = int(ours["stop_grace_period"].removesuffix("s"))
        assert seconds > load_settings({}).drain_seconds + 10
        assert ours["build"] == {"context": "..", "dockerfile": "docker/Dockerfile"}


def test_scale_is_three_workers_that_share_everything() -> None:
    services = compose()["services"]
    scaled = {name for name, about in services.items() if "scale" in about.get("profiles", ())}
    assert scaled == {"worker", "caddy", "postgres", "redis"}
    worker = services["worker"]
    assert worker["deploy"]["replicas"] == 3 and "ports" not in worker
    assert worker["environment"]["DATABASE_URL"].startswith("postgresql+asyncpg://")
    assert worker["environment"]["REDIS_URL"].startswith("redis://redis")
    assert "entrypoint" not in worker
    assert worker["volumes"] == ["worker-data:/data"], "recordings are read by whoever is asked"
    for name in ("postgres", "redis"):
        assert services[name]["networks"] == ["inside"] and "ports" not in services[name]
        assert "healthcheck" in services[name]
    assert compose()["networks"]["inside"]["internal"] is True


def test_images_have_versions_and_nothing_secret_is_written_down() -> None:
    for name, about in compose()["services"].items():
        image, _, version = about["image"].partition(":")
        ours = image == "vocero"
        assert version and version != "latest" and (ours or re.match(r"\d+", version)), name
        for key, value in about.get("environment", {}).items():
            if SECRET.search(key) or "@" in str(value):
                assert "${" in str(value), f"{name}: {key}"


def test_caddy_passes_on_to_where_the_workers_listen() -> None:
    caddyfile = (DOCKER / "Caddyfile").read_text(encoding="utf-8")
    assert caddyfile.count("{") == caddyfile.count("}")
    (upstream, port) = re.findall(r"dynamic a (\S+) (\d+)", caddyfile)[0]
    environment = service("caddy")["environment"]
    assert port == service("worker")["environment"]["PORT"]
    assert set(re.findall(r"\{\$(\w+)\}", caddyfile)) == set(environment)
    assert upstream == "{$VOCERO_UPSTREAM}"
    assert environment["VOCERO_UPSTREAM"] == "${VOCERO_UPSTREAM:-vocero}"
    assert "respond /metrics 404" in caddyfile
