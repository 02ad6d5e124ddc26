"""Gather every wheel that an offline install of the program needs, for this machine or for another kind.

    python scripts/wheelhouse.py wheelhouse
    python scripts/wheelhouse.py wheelhouse --platform win_amd64 --python 3.12
    python scripts/wheelhouse.py --check           which pinned package has no wheel for which platform and version

Only pip fetches, with the user's own configuration. pip reads conditions such as `sys_platform == "win32"` as of the machine it runs on, so
they are read here, as of the machine that is meant. What is fetched is what the requirement files pin.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
LINUX = [f"manylinux_2_{n}" for n in range(28, 16, -1)] + ["manylinux2014"]  # Debian 11, Ubuntu 20.10 and later
PLATFORMS: dict[str, list[str]] = {
    "win_amd64": ["win_amd64"],
    "macosx_arm64": ["macosx_14_0_arm64"],
    "macosx_x86_64": ["macosx_14_0_x86_64"],
    "manylinux_x86_64": [f"{tag}_x86_64" for tag in LINUX],
    "manylinux_aarch64": [f"{tag}_aarch64" for tag in LINUX],
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def pins() -> dict[str, str]:
    """Name → version of what requirements*.txt pin."""
    lines = (x for p in sorted(ROOT.glob("requirements*.txt")) for x in p.read_text("utf-8").splitlines())
    return {canonicalize_name(m[1]): m[2] for x in lines if (m := re.match(r"([\w.-]+)==([\w.]+)", x))}


def environment(platform: str, python: str) -> dict[str, str]:
    """What the conditions of requirements are read with."""
    known = {k: str(v) for k, v in default_environment().items()}
    if python:
        known |= {"python_version": python, "python_full_version": f"{python}.0", "implementation_version": f"{python}.0"}
    if platform:
        windows, mac = platform.startswith("win"), platform.startswith("macosx")
        known["sys_platform"] = "win32" if windows else "darwin" if mac else "linux"
        known["platform_system"] = "Windows" if windows else "Darwin" if mac else "Linux"
        known["os_name"] = "nt" if windows else "posix"
        known["platform_machine"] = "AMD64" if windows else platform.rpartition("_")[2] if "86_64" not in platform else "x86_64"
    return known


def options(platform: str, python: str) -> list[str]:
    """pip's options for the machine that is meant; wheels only, since another kind's cannot be built here."""
    tags = PLATFORMS.get(platform, [platform] if platform else [])
    return ["--only-binary=:all:", *(f"--platform={t}" for t in tags), *([f"--python-version={python}"] if python else [])]


def needs(wheel: Path, extras: Sequence[str], known: Mapping[str, str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Name and extras of what a wheel requires on that machine."""
    with zipfile.ZipFile(wheel) as file:
        name = next(n for n in file.namelist() if n.endswith(".dist-info/METADATA"))
        head = HeaderParser().parsestr(file.read(name).decode())
    for line in head.get_all("Requires-Dist") or []:
        r = Requirement(line)
        if r.marker is None or any(r.marker.evaluate({**known, "extra": e}) for e in ("", *extras)):
            yield canonicalize_name(r.name), frozenset(r.extras)


def gather(folder: Path, platform: str = "", python: str = "", extras: Sequence[str] | None = None) -> list[Path]:
    """Fill a folder: our own wheel, all it needs, requirements.txt and README.txt. `extras`: all, where None is given."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    subprocess.run([*PIP, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)], check=True)
    own = next(folder.glob("gongfu_kg-*.whl"))
    with zipfile.ZipFile(own) as file:
        head = HeaderParser().parsestr(file.read(next(n for n in file.namelist() if n.endswith("/METADATA"))).decode())
    extras = tuple(head.get_all("Provides-Extra") or ()) if extras is None else tuple(extras)
    known, pinned = environment(platform, python), pins()
    found: dict[str, tuple[Path, frozenset[str]]] = {}
    todo = {canonicalize_name("gongfu-kg"): frozenset(extras)}
    wheels = {canonicalize_name("gongfu-kg"): own}
    while todo:
        for name, wanted in todo.items():
            found[name] = wheels[name], found.get(name, (own, frozenset()))[1] | wanted
        new: dict[str, frozenset[str]] = {}
        for name in todo:
            for other, more in needs(*found[name], known):
                if other not in found or not more <= found[other][1]:
                    new[other] = new.get(other, frozenset()) | more
        absent = sorted(n for n in new if n not in wheels)
        if absent:
            wanted_ = [f"{n}=={pinned[n]}" if n in pinned else n for n in absent]
            subprocess.run([*PIP, "download", "--quiet", "--no-deps", *options(platform, python), "--dest", str(folder), *wanted_], check=True)
        wheels = {canonicalize_name(p.name.split("-")[0]): p for p in folder.glob("*.whl")}
        todo = new
    name, version = "gongfu-kg", own.name.split("-")[1]
    whole = f"{name}[{','.join(extras)}]" if extras else name
    lines = sorted(f"{n}=={p.name.split('-')[1]}" for n, (p, _) in found.items() if n != name)
    (folder / "requirements.txt").write_text("\n".join([f"{whole}=={version}", *lines]) + "\n", "utf-8", newline="\n")
    command = f'python -m pip install --no-index --find-links wheelhouse "{whole}"'
    (folder / "README.txt").write_text(
        f"Install without a network, from the folder above this one:  {command}\n离线安装，在上一级目录中运行：  {command}\n", "utf-8", newline="\n"
    )
    return sorted(p for p, _ in found.values())


def pure(name: str) -> bool:
    """Whether the installed wheel of a package is for every machine."""
    try:
        tags = metadata.distribution(name).read_text("WHEEL") or ""
    except metadata.PackageNotFoundError:
        return False
    return "-none-any" in tags


def missing() -> Iterator[tuple[str, str, str]]:
    """Package, platform and version of Python for which a pinned package that is not pure Python has no wheel."""
    pinned = {n: v for n, v in pins().items() if not pure(n)}
    with tempfile.TemporaryDirectory() as nowhere:
        dry = [*PIP, "install", "--quiet", "--dry-run", "--no-deps", "--ignore-installed", f"--target={nowhere}"]
        for platform in PLATFORMS:
            for python in PYTHONS:
                wanted = [f"{n}=={v}" for n, v in pinned.items()]
                if subprocess.run([*dry, *options(platform, python), *wanted], capture_output=True).returncode:
                    for one in wanted:
                        if subprocess.run([*dry, *options(platform, python), one], capture_output=True).returncode:
                            yield one, platform, python


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("wheelhouse"))
    parser.add_argument("--platform", default="", help="one of " + ", ".join(PLATFORMS) + ", or a tag of pip's")
    parser.add_argument("--python", default="", help="3.12, say")
    parser.add_argument("--extras", help="comma-separated; all if not given")
    parser.add_argument("--check", action="store_true")
    a = parser.parse_args()
    if a.check:
        lacking = list(missing())
        for one in lacking:
            print(*one)
        print(f"{len(pins())} pinned packages, {sum(not pure(n) for n in pins())} not pure Python, {len(lacking)} wheels missing")
        return 1 if lacking else 0
    if bool(a.platform) != bool(a.python):
        parser.error("--platform and --python go together")
    try:
        wheels = gather(a.folder, a.platform, a.python, None if a.extras is None else [x for x in a.extras.split(",") if x])
    except subprocess.CalledProcessError as error:
        print(f"wheelhouse: pip could not fetch everything ({' '.join(error.cmd[3:5])}): see its message above", file=sys.stderr)
        return 1
    print(f"{a.folder.as_posix()}: {len(wheels)} wheels, {sum(p.stat().st_size for p in wheels) / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
