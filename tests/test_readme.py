"""The README is the manual: every command, option and setting is in it."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest
import typer

from monitor.cli import app
from monitor.settings import Settings

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")


@pytest.fixture(scope="module")
def commands():
    for room in entry_points(group="gongsheng.commands"):
        room.load()(app)
    return typer.main.get_command(app).commands


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_in_the_readme(commands, readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert [name for name in commands if f"`gongsheng {name}" not in text] == []


def test_every_command_and_option_explains_itself(commands):
    for name, command in commands.items():
        assert command.help, f"{name} is missing its help"
        assert "Example:" in command.help, f"{name} is missing an example"
        for parameter in command.params:
            if parameter.name != "help":
                assert parameter.help, f"{name}: {parameter.name} is missing its help"


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_is_in_the_readme(readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"`GONGSHENG_{name.upper()}`" not in text]
    assert missing == []


def test_every_setting_explains_itself():
    assert [n for n, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_make_target_named_in_the_readme_exists(readme):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = (ROOT / readme).read_text(encoding="utf-8")
    for target in ("run", "test"):
        assert f"make {target}" in text
        assert f"\n{target}:" in makefile
