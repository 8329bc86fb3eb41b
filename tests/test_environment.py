"""One list of packages, in two files, with every version pinned in a third."""

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def bounds(lines):
    return {canonicalize_name((r := Requirement(line)).name): str(r.specifier) for line in lines}


def test_conda_gets_the_same_packages_and_bounds():
    _, listed = (ROOT / "environment.yml").read_text().split("dependencies:\n")
    conda = bounds(re.findall(r"^  - (\w.*[^:])$", listed, re.MULTILINE))
    assert conda.pop("python") == PROJECT["requires-python"]
    assert conda.pop("pip") == ""
    assert conda == bounds(PROJECT["dependencies"])


def test_conda_gets_the_kit_too():
    assert (ROOT / "environment.yml").read_text().endswith("  - pip:\n      - -e .\n")


def test_pins_hold_names_and_exact_versions_only():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.!+]+", pin)] == []


def test_everything_installed_is_pinned_at_its_version():
    """As the README's lines install it: nothing comes in beside the pins."""
    pinned = bounds((ROOT / "constraints.txt").read_text().splitlines()[2:])
    installed = {canonicalize_name(d.metadata["Name"]): f"=={d.version}" for d in distributions()}
    for bootstrap in ("pip", "setuptools", "wheel", "ws101"):
        installed.pop(bootstrap, None)
    assert installed.items() <= pinned.items()


def test_every_bound_admits_its_pin():
    pinned = bounds((ROOT / "constraints.txt").read_text().splitlines()[2:])
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    for line in wanted:
        requirement = Requirement(line)
        version = pinned[canonicalize_name(requirement.name)].removeprefix("==")
        assert requirement.specifier.contains(version), line
