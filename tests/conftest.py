"""What holds for every test."""

import pytest

RERUNS = 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run a failed browser test again: Streamlit draws anew while a test clicks.

    A wrong page fails every time; a click between two drawings does not.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=RERUNS))
