"""The wheel holds everything: installed elsewhere, `winnow up` serves pages."""

import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.system.program import environment, free_port, home, started

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(target),
        str(ROOT),
    ]
    subprocess.run(build, check=True, timeout=300)
    return next(target.glob("winnow-*.whl"))


def test_holds_templates_styles_scripts_and_migrations(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for needed in (
        "app/templates/base.html",
        "app/static/css/winnow.css",
        "app/static/vendor/htmx.min.js",
        "app/migrations/env.py",
        "app/locales/de/LC_MESSAGES/winnow.po",
    ):
        assert needed in names
    assert not [name for name in names if name.startswith(("templates/", "static/", "migrations/", "tests/"))]


def test_runs_in_an_environment_of_its_own_far_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", str(wheel)],
        check=True,
    )
    # The libraries come from here: only what is ours is under test, and it must not come from the checkout.
    site = next(place.glob("lib/python*/site-packages"))
    libraries = [path for path in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")) if path]
    (site / "libraries.pth").write_text("\n".join(dict.fromkeys(libraries)) + "\n")
    (site / "aaa_first.pth").write_text("import sys; sys.modules.pop('__editable___winnow_finder', None)\n")
    env = environment(tmp_path, free_port())
    origin = subprocess.run(
        [str(python), "-c", "import app; print(app.__file__)"],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert origin.stdout.startswith(str(place)), origin.stdout

    with home() as directory:
        env = environment(directory, free_port())
        with started([str(place / "bin" / "winnow"), "up"], env, cwd=tmp_path) as program:
            program.wait_ready()
            with urllib.request.urlopen(f"http://127.0.0.1:{program.port}/sign-in", timeout=10) as page:
                assert "Winnow" in page.read().decode()
            with urllib.request.urlopen(
                f"http://127.0.0.1:{program.port}/static/vendor/htmx.min.js", timeout=10
            ) as script:
                assert int(script.headers["content-length"]) > 10_000
            assert program.stop() == 0
