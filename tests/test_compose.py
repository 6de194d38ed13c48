"""compose.yaml says what docs/operate.md promises; Compose itself checks it where it is there."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.settings import Settings
from tests.elastic.node import VERSION

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
NODES = ("es1", "es2", "es3")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(TEXT)
    return loaded


def test_every_variable_has_an_example(compose):
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", TEXT))
    assert used == set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_no_password_is_written_down():
    assert re.findall(r"PASSWORD=\S+", EXAMPLE) == []
    assert set(re.findall(r"PASSWORD: (\S+)", TEXT)) <= {
        "${ELASTIC_PASSWORD:?set", "${GONGSHENG_STORE_PASSWORD:?set",
    }  # fmt: skip


def test_every_setting_of_the_app_exists(compose):
    names = {f"GONGSHENG_{name.upper()}" for name in Settings.model_fields}
    for service in ("dashboard", "watch"):
        assert set(compose["services"][service]["environment"]) <= names
    in_image = re.findall(r"GONGSHENG_[A-Z_]+", (ROOT / "Dockerfile").read_text("utf-8"))
    assert set(in_image) <= names


def test_nodes_ask_for_passwords_over_tls_and_are_watched(compose):
    for name in NODES:
        node = compose["services"][name]
        asked = node["environment"]
        assert node["image"].endswith(f":{VERSION}")
        assert asked["xpack.security.enabled"] == "true"
        assert asked["xpack.security.http.ssl.enabled"] == "true"
        assert asked["xpack.security.http.ssl.key"] == f"certs/{name}/{name}.key"
        assert node["healthcheck"]["test"]
        assert f"{name}:/usr/share/elasticsearch/data" in node["volumes"]
        assert "ports" not in node  # nobody outside reaches the index
    assert [compose["services"][name].get("profiles") for name in NODES] == [
        None, ["cluster"], ["cluster"],
    ]  # fmt: skip


def test_services_and_volumes_that_are_named_exist(compose):
    for service in compose["services"].values():
        assert set(service.get("depends_on", ())) <= set(compose["services"])
        for volume in service.get("volumes", ()):
            assert volume.split(":")[0] in compose["volumes"]
        assert set(service["networks"]) <= set(compose["networks"])


def test_the_dashboard_is_on_loopback_and_the_key_beside_the_data(compose):
    dashboard = compose["services"]["dashboard"]
    assert dashboard["ports"] == ["127.0.0.1:8501:8501"]
    assert {"data:/data", "key:/key"} <= set(dashboard["volumes"])


def compose_command() -> list[str]:
    """Compose as a plugin of Docker, or the older program of its own that Debian 12 packs."""
    if shutil.which("docker"):
        plugin = ["docker", "compose"]
        if subprocess.run([*plugin, "version"], capture_output=True).returncode == 0:
            return plugin
    return ["docker-compose"] if shutil.which("docker-compose") else []


@pytest.mark.parametrize("profiles", [(), ("cluster",), ("cluster", "watch")])
def test_compose_reads_it(profiles, tmp_path):
    command = compose_command()
    if not command:
        reason = "Compose is not installed: sh tests/system_packages.sh"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    file = tmp_path / "compose.yaml"
    old = command == ["docker-compose"]  # version 1 refuses the project's name, and nothing else
    file.write_text(re.sub(r"^name:.*\n", "", TEXT, flags=re.MULTILINE) if old else TEXT, "utf-8")
    secrets = {"ELASTIC_PASSWORD": "a", "GONGSHENG_STORE_PASSWORD": "b"}
    chosen = [word for profile in profiles for word in ("--profile", profile)]
    done = subprocess.run(
        [*command, "--project-directory", str(ROOT), "-f", str(file), *chosen, "config", "--quiet"],
        cwd=tmp_path, env={**os.environ, **secrets}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
