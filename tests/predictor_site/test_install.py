"""Installing with a real pip, from a folder of packages made here, and what a person is told when it fails."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from predictor_site import install


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    venv = tmp_path_factory.mktemp("project") / ".venv"
    install._make(venv)
    return venv


@pytest.fixture(autouse=True)
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where pip looks."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    return folder


def _requirement(folder: Path, name: str, *, tag: str = "py3-none-any", digest: str = "") -> Path:
    """Make the wheel of a package, and the file that requires it. Each test names another, for one environment."""
    path = folder / f"{name}-1.0-{tag}.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", "ANSWER = 42\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{info}/RECORD", "")
    requirements = folder / "requirements.txt"
    digest = digest or hashlib.sha256(path.read_bytes()).hexdigest()
    requirements.write_text(f"{name}==1.0 \\\n    --hash=sha256:{digest}\n")
    return requirements


def test_what_is_required_is_installed(venv: Path, packages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install.install(venv=venv, requirements=_requirement(packages, "good"))
    subprocess.run([venv / "bin" / "python", "-c", "import good"], check=True)
    assert capsys.readouterr().out.startswith("Installing 1 packages of requirements.txt")


def test_an_environment_that_was_left_half_made_is_made_anew(tmp_path: Path, packages: Path) -> None:
    broken = tmp_path / ".venv"
    (broken / "bin").mkdir(parents=True)
    (broken / "bin" / "python").symlink_to("/no/such/python")
    install.install(venv=broken, requirements=_requirement(packages, "good"))
    subprocess.run([broken / "bin" / "python", "-c", "import good"], check=True)


def test_a_package_that_is_not_built_for_this_machine_is_named(venv: Path, packages: Path) -> None:
    requirements = _requirement(packages, "foreign", tag="cp311-cp311-win_amd64")
    with pytest.raises(
        install.InstallError, match=r"^foreign==1\.0 has no ready-made build for Python .*install\.log$"
    ):
        install.install(venv=venv, requirements=requirements)


def test_a_package_that_is_another_is_not_trusted(venv: Path, packages: Path) -> None:
    requirements = _requirement(packages, "forged", digest="0" * 64)
    with pytest.raises(install.InstallError, match=r"not the one that requirements\.txt names by its hash"):
        install.install(venv=venv, requirements=requirements)


def test_without_a_network_it_says_so(venv: Path, packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = _requirement(packages, "distant")
    (packages / "distant-1.0-py3-none-any.whl").unlink()
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(install.InstallError, match=r"^The package index can't be reached\."):
        install.install(venv=venv, requirements=requirements)


def test_a_full_disk_is_called_one() -> None:
    said = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
    assert install.diagnosis(said).startswith("The disk is full.")


def test_a_folder_that_cannot_be_written_is_one_clear_line(
    tmp_path: Path, packages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    requirements = _requirement(packages, "good")
    assert install.main(["--venv", str(requirements / ".venv"), str(requirements)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{requirements} can't be written (")
    assert said.count("\n") == 1
