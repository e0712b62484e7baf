"""The Grafana dashboard and its documentation name figures and labels that exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from vocero.metric_kinds import Histogram
from vocero.metrics import Metrics

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "docs" / "grafana" / "vocero.json"
WATCHING = ROOT / "docs" / "watching.md"
NAME = re.compile(r"\b(?:vocero|process)_[a-z_]+")
SELECTOR = re.compile(r"((?:vocero|process)_[a-z_]+)\{([^}]*)\}")
GROUPED = re.compile(r"\bby \(([^)]*)\)")
FROM_PROMETHEUS = {"instance", "le"}


def labels_of_samples() -> dict[str, set[str]]:
    """Every sample that /metrics can show, and the labels that it has."""
    samples: dict[str, set[str]] = {}
    for family in Metrics().families:
        suffixes = ("_bucket", "_sum", "_count") if isinstance(family, Histogram) else ("",)
        for suffix in suffixes:
            samples[family.name + suffix] = set(family.labels)
    return samples


def queries() -> Iterator[str]:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    for panel in board["panels"]:
        assert panel["targets"], panel["title"]
        yield from (target["expr"] for target in panel["targets"])


def test_every_query_names_figures_and_labels_that_exist() -> None:
    samples = labels_of_samples()
    for query in queries():
        named = NAME.findall(query)
        assert named, query
        assert set(named) <= samples.keys(), query
        known = set.union(*(samples[name] for name in named)) | FROM_PROMETHEUS
        for name, inside in SELECTOR.findall(query):
            asked = set(re.findall(r"([a-z_]+)\s*(?:=~|!~|!=|=)", inside))
            assert asked <= samples[name] | FROM_PROMETHEUS, query
        for grouped in GROUPED.findall(query):
            assert {label.strip() for label in grouped.split(",")} <= known, query
        assert query.count("(") == query.count(")")


def test_legends_show_labels_that_are_left() -> None:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel["targets"]:
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            grouped = {
                label.strip()
                for group in GROUPED.findall(target["expr"])
                for label in group.split(",")
            }
            alone = "by (" not in target["expr"] and "sum(" not in target["expr"]
            assert shown <= grouped | ({"instance"} if alone else set()), target


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert at["x"] + at["w"] <= 24 and not cells & taken, panel["title"]
        taken |= cells


def test_every_figure_is_on_the_board_or_at_least_documented() -> None:
    text = WATCHING.read_text(encoding="utf-8")
    documented = set(NAME.findall(text))
    names = {family.name for family in Metrics().families}
    assert names - documented == set()
    assert {name for name in documented if name not in labels_of_samples()} <= names
    for name, labels in re.findall(r"`((?:vocero|process)_[a-z_]+)\{([a-z_,]+)\}`", text):
        (family,) = (each for each in Metrics().families if each.name == name)
        assert list(family.labels) == labels.split(","), name


def test_no_label_of_ours_is_one_that_prometheus_adds() -> None:
    """It would be renamed to exported_…, and every query with it would find nothing."""
    for family in Metrics().families:
        assert not set(family.labels) & {"job", "instance", "le"}, family.name
