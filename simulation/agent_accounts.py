"""What an ElevenLabs account holds: agents, tools, signed URLs. And its REST interface."""

from __future__ import annotations

import hmac
import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from urllib.parse import parse_qs, urlencode, urlsplit

from quart import Quart, Response, jsonify, request
from quart.typing import ResponseReturnValue

from simulation.agent_profile import AgentProfile, Json, at
from simulation.agent_rest_rules import Fault, agent_faults, tool_faults, voice_problem
from simulation.agent_rest_shown import shown_agent, shown_tool

SIGNATURE_VALID_S = 900.0
"""Signed URLs can be opened for 15 minutes."""
_CONVERSATION = "/v1/convai/conversation"
_MAX_BODY = 1 << 20


class Account:
    """One account's agents and tools, and the signatures that it gave out."""

    def __init__(self, api_key: str, agents: Mapping[str, Json], rng: random.Random) -> None:
        self.api_key = api_key
        self.agents: dict[str, Json] = {name: deepcopy(kept) for name, kept in agents.items()}
        self.tools: dict[str, Json] = {}
        self.writes: list[str] = []
        """Every request so far that was to change something: "PATCH /v1/convai/agents/agent_1"."""
        self.failures: list[tuple[int, object]] = []
        """The next requests get these answers, status and body, and have no effect."""
        self.ignored: list[str] = []
        """Dotted paths of settings that are accepted and not kept, as the real one has been seen
        to do with override switches."""
        self._rng = rng
        self._signatures: dict[str, tuple[str, float]] = {}

    def new_id(self, prefix: str) -> str:
        """An id in the vendor's manner: "agent_…", "tool_…", "conv_…"."""
        return f"{prefix}_{self._rng.getrandbits(128):032x}"

    def sign(self, agent_id: str, now: float) -> str:
        """A new signature for one conversation with this agent."""
        signature = f"cvtkn_{self._rng.getrandbits(160):040x}"
        self._signatures[signature] = (agent_id, now + SIGNATURE_VALID_S)
        return signature

    def opens(self, url: str, now: float) -> str | None:
        """The agent that this URL opens now, or None. Does not use the signature up."""
        query = parse_qs(urlsplit(url).query)
        agent_id = query.get("agent_id", [""])[0]
        agent = self.agents.get(agent_id)
        if urlsplit(url).path != _CONVERSATION or agent is None:
            return None
        if not AgentProfile(agent).needs_signature:
            return agent_id
        signed_for, until = self._signatures.get(_signature(url), ("", 0.0))
        return agent_id if signed_for == agent_id and now < until else None

    def use_up(self, url: str) -> None:
        """A signature opens one conversation."""
        self._signatures.pop(_signature(url), None)

    def forget_ignored(self, sent: Json) -> None:
        """Take out of a body what is not kept."""
        for path in self.ignored:
            way, _, name = path.rpartition(".")
            parent = at(sent, way)
            if isinstance(parent, dict):
                parent.pop(name, None)

    def refusal_of(self, agent: Json) -> tuple[Response, int] | None:
        """ElevenLabs' answer to settings whose parts do not go together, or None."""
        ids = at(agent, "conversation_config.agent.prompt.tool_ids")
        for tool_id in ids if isinstance(ids, list) else []:
            if tool_id not in self.tools:
                return _problem(400, "invalid_agent_config", f"Tool with id {tool_id} not found.")
        if ids and at(agent, "conversation_config.agent.prompt.tools"):
            message = "Only one of tools and tool_ids can be set."
            return _problem(400, "invalid_agent_config", message)
        said = voice_problem(agent)
        return _problem(400, "invalid_agent_config", said) if said else None

    def profile(self, agent_id: str) -> AgentProfile:
        """The agent's settings with the tools that they name."""
        settings = self.agents[agent_id]
        ids = at(settings, "conversation_config.agent.prompt.tool_ids")
        tools: dict[str, Json] = {}
        for tool_id in ids if isinstance(ids, list) else []:
            config = self.tools.get(tool_id, {}).get("tool_config")
            if isinstance(config, dict):
                tools[str(config.get("name"))] = config
        return AgentProfile(deepcopy(settings), tools)


def _signature(url: str) -> str:
    return parse_qs(urlsplit(url).query).get("conversation_signature", [""])[0]


def _merge(tree: Json, changes: Mapping[str, object]) -> None:
    for name, value in changes.items():
        kept = tree.get(name)
        if isinstance(value, Mapping) and isinstance(kept, dict):
            _merge(kept, value)
        else:
            tree[name] = deepcopy(value)


def _problem(status: int, name: str, message: str) -> tuple[Response, int]:
    return jsonify({"detail": {"status": name, "message": message}}), status


def _not_found(kind: str, key: str) -> tuple[Response, int]:
    return _problem(404, "document_not_found", f"{kind} with id {key} not found.")


def build_app(account: Account, socket_url: Callable[[], str], now: Callable[[], float]) -> Quart:
    """The REST interface. `socket_url` is the origin of the websocket: "ws://127.0.0.1:PORT"."""
    app = Quart("simulated-elevenlabs")
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BODY

    @app.before_request
    async def check_key() -> ResponseReturnValue | None:
        given = request.headers.get("xi-api-key", "")
        if not hmac.compare_digest(given.encode(), account.api_key.encode()):
            return _problem(401, "invalid_api_key", "Invalid API key")
        if account.failures:
            status, body = account.failures.pop(0)
            return jsonify(body), status
        if request.method != "GET":
            account.writes.append(f"{request.method} {request.path}")
        return None

    async def sent_object() -> Json | None:
        sent = await request.get_json(force=True, silent=True)
        return sent if isinstance(sent, dict) else None

    async def get_signed_url() -> ResponseReturnValue:
        agent_id = request.args.get("agent_id", "")
        if not agent_id:
            missing = {"loc": ["query", "agent_id"], "msg": "Field required", "type": "missing"}
            return jsonify({"detail": [missing]}), 422
        if agent_id not in account.agents:
            return _not_found("Agent", agent_id)
        signature = account.sign(agent_id, now())
        query = urlencode({"agent_id": agent_id, "conversation_signature": signature})
        return jsonify({"signed_url": f"{socket_url()}{_CONVERSATION}?{query}"})

    # Older clients spell it with underscores.
    app.get(f"{_CONVERSATION}/get-signed-url")(get_signed_url)
    app.get(f"{_CONVERSATION}/get_signed_url", endpoint="older")(get_signed_url)

    @app.post("/v1/convai/agents/create")
    async def create_agent() -> ResponseReturnValue:
        sent = await sent_object()
        faults = agent_faults(sent or {}, new=True)
        if faults:
            return _unprocessable(faults)
        refusal = account.refusal_of(sent or {})
        if refusal is not None:
            return refusal
        account.forget_ignored(sent or {})
        agent_id = account.new_id("agent")
        account.agents[agent_id] = {**deepcopy(sent or {}), "agent_id": agent_id}
        return jsonify({"agent_id": agent_id})

    @app.get("/v1/convai/agents")
    async def list_agents() -> ResponseReturnValue:
        wanted = set(request.args.getlist("tags"))
        listed = [
            {"agent_id": agent_id, "name": agent.get("name", ""), "tags": agent.get("tags", [])}
            for agent_id, agent in account.agents.items()
            if wanted <= set(_tags(agent))
        ]
        return jsonify({"agents": listed, "has_more": False, "next_cursor": None})

    @app.route("/v1/convai/agents/<agent_id>", methods=["GET", "PATCH", "DELETE"])
    async def one_agent(agent_id: str) -> ResponseReturnValue:
        agent = account.agents.get(agent_id)
        if agent is None:
            return _not_found("Agent", agent_id)
        if request.method == "DELETE":
            del account.agents[agent_id]
            return jsonify({})
        if request.method == "PATCH":
            changes = await sent_object()
            if changes is None:
                return _problem(422, "invalid_parameters", "a JSON object is required")
            faults = agent_faults(changes, new=False)
            if faults:
                return _unprocessable(faults)
            account.forget_ignored(changes)
            changed = deepcopy(agent)
            _merge(changed, changes)
            refusal = account.refusal_of(changed)
            if refusal is not None:
                return refusal
            account.agents[agent_id] = agent = changed
        return jsonify(shown_agent(agent))

    @app.post("/v1/convai/tools")
    async def create_tool() -> ResponseReturnValue:
        config, faults = _sent_tool(await sent_object())
        if faults:
            return _unprocessable(faults)
        tool_id = account.new_id("tool")
        account.tools[tool_id] = _tool(tool_id, config)
        return jsonify(account.tools[tool_id])

    @app.get("/v1/convai/tools")
    async def list_tools() -> ResponseReturnValue:
        kinds = request.args.getlist("types")
        listed = [
            tool
            for tool in account.tools.values()
            if not kinds or at(tool, "tool_config.type") in kinds
        ]
        return jsonify({"tools": listed, "has_more": False, "next_cursor": None})

    @app.route("/v1/convai/tools/<tool_id>", methods=["GET", "PATCH", "DELETE"])
    async def one_tool(tool_id: str) -> ResponseReturnValue:
        if tool_id not in account.tools:
            return _not_found("Tool", tool_id)
        if request.method == "DELETE":
            del account.tools[tool_id]
            return jsonify({})
        if request.method == "PATCH":
            config, faults = _sent_tool(await sent_object())
            if faults:
                return _unprocessable(faults)
            account.tools[tool_id] = _tool(tool_id, config)
        return jsonify(account.tools[tool_id])

    return app


def _unprocessable(faults: list[Fault]) -> tuple[Response, int]:
    return jsonify({"detail": faults}), 422


def _sent_tool(body: Json | None) -> tuple[Json, list[Fault]]:
    config = (body or {}).get("tool_config")
    return config if isinstance(config, dict) else {}, tool_faults(body or {})


def _tags(agent: Json) -> list[str]:
    tags = agent.get("tags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


def _tool(tool_id: str, config: Json) -> Json:
    return {
        "id": tool_id,
        "tool_config": shown_tool(config),
        "access_info": {
            "is_creator": True,
            "creator_name": "Simulation",
            "creator_email": "simulation@example.com",
            "role": "admin",
        },
        "usage_stats": {"total_calls": 0, "avg_latency_secs": 0.0},
    }
