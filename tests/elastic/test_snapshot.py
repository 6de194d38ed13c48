"""The backup that docs/operate.md describes, taken from a real node and put back."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from posts.query import PostQuery
from tests.elastic.archived import ask, opened
from tests.elastic.node import require_node, running_node
from tests.sample_posts import SAMPLES

pytestmark = pytest.mark.elastic
OPERATE = Path(__file__).parents[2] / "docs" / "operate.md"


def commands() -> list[tuple[str, str, dict[str, Any]]]:
    """Path, method and body of the snapshot commands in the manual."""
    text = OPERATE.read_text("utf-8").replace('$(date +%F)"', "2026-11-25").replace("\\\n", "")
    found = re.findall(r'^es -X (\w+) "?https://es1:9200(/_snapshot\S*)\s+-d \'(.+)\'$', text, re.M)
    return [(path, method, json.loads(body)) for method, path, body in found]


def test_a_snapshot_brings_the_posts_and_the_checkpoint_back(tmp_path):
    require_node()
    register, take, restore = commands()
    with running_node(tmp_path / "node") as node:
        url = f"{node.url}/gongsheng"
        store = opened(url)
        store.write(SAMPLES, checkpoint=34)
        before = store.search(PostQuery(), sort="newest", size=100)
        ask(node.url + register[0], *register[1:])
        ask(f"{node.url}{take[0]}?wait_for_completion=true", *take[1:])
        for index in ask(f"{url}*"):
            ask(f"{node.url}/{index}", "DELETE")
        assert opened(url).checkpoint() == 0
        for index in ask(f"{url}*"):
            ask(f"{node.url}/{index}", "DELETE")
        ask(f"{node.url}{restore[0]}?wait_for_completion=true", *restore[1:])
        after = opened(url)
        assert after.search(PostQuery(), sort="newest", size=100) == before
        assert after.checkpoint() == 34
