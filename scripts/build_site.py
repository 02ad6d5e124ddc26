"""Build the documents as a site in both languages: build/site/index.html, to be opened from disk; no network is asked for anything.

    python scripts/build_site.py [FOLDER]

`NAME.md` is English, `NAME.zh-CN.md` Chinese; both lie side by side, for readers of the repository. Here they are laid out as two trees of one
shape, links are led over, the reference is generated, and zensical makes the pages, strictly. Sections are folders, titles are first headings:
a new page is in the site without a line here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.reference import reference  # noqa: E402

DOCS, OWN = ROOT / "docs", ROOT / "scripts" / "site"
TAIL = ".zh-CN"
# Where pages of docs/ itself go; all others are how-tos.
SECTION = {"README": "", "tutorial": "", "errors": "reference", "gold": "reference"}
# The order of the menu; pages without a place in it stand between, by name.
FIRST = (
    "index sparql corrections review diff serve evidence sums reading limits privacy commands vocabulary concepts questions checks rules lexicons files"
).split()
LAST = ["contributing", "changelog"]
IN_CHINESE = {"contributing": "参与开发（英文）", "changelog": "更新记录（英文）"}
TWIN = re.compile(r"\s*(?:English|Chinese|英文版?|中文)\s*[:：]\s*\[[^\]]*\]\([^)]*\.md\)[.。;；]?")
SECTIONS = {
    "howto": ("操作指南", "How-tos", "一事一页：要办的事、要敲的命令、会看到什么。", "One task a page: what to type and what you will see."),
    "reference": ("参考", "Reference", "查阅用：命令、词汇、规则、错误和文件，一条不漏。", "To look things up: every command, term, rule, error and file."),
    "explanation": ("原理说明", "Explanation", "为什么是这样：证据、合计、读法、误差与隐私。", "Why it is so: evidence, sums, reading, mistakes and privacy."),
    "decisions": ("设计取舍（英文）", "Decisions", "", ""),
}
PALETTE = [
    {"media": "(prefers-color-scheme)", "toggle": {"icon": "lucide/sun-moon"}},
    {"media": "(prefers-color-scheme: light)", "scheme": "default", "toggle": {"icon": "lucide/sun"}},
    {"media": "(prefers-color-scheme: dark)", "scheme": "slate", "toggle": {"icon": "lucide/moon"}},
]
FEATURES = "navigation.tabs navigation.tabs.sticky navigation.indexes navigation.top navigation.footer toc.follow content.code.copy search.highlight".split()
EXTENSIONS = {
    "attr_list": {},
    "md_in_html": {},
    "sane_lists": {},
    "tables": {},
    "toc": {"permalink": True, "slugify": {"object": "pymdownx.slugs.slugify", "kwds": {"case": "lower"}}, "toc_depth": 3},
    "pymdownx.highlight": {"anchor_linenums": False},
    "pymdownx.inlinehilite": {},
    "pymdownx.superfences": {},
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the site: where it is in either tree, its source for this language, its text."""

    at: str
    source: Path | None
    text: str

    @property
    def title(self) -> str:
        return re.sub(r"[`*]", "", re.findall(r"^# (.+)$", self.text, re.M)[0])

    @property
    def summary(self) -> str:
        """The first sentence after the title."""
        after = self.text.split("\n# ", 1)[-1] if not self.text.startswith("# ") else self.text
        paragraph = next((p for p in after.split("\n\n")[1:] if re.match(r"[^\W\d_]|`(?!``)|[*“\[]", p)), "")
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", " ".join(paragraph.split()))
        return re.match(r".*?(?:[。！？]|[.!?](?=\s|$)|$)", plain)[0]  # type: ignore[index]


def place(source: Path) -> str:
    """Where a page of docs/ goes: `howto/pandas.md`.

    >>> place(DOCS / "diff.zh-CN.md"), place(DOCS / "README.md"), place(DOCS / "howto" / "excel.md")
    ('howto/diff.md', 'index.md', 'howto/excel.md')
    """
    name = source.name.replace(TAIL, "")
    if source.parent != DOCS:
        return (source.parent / name).relative_to(DOCS).as_posix().replace("README", "index")
    folder = SECTION.get(name.removesuffix(".md"), "howto")
    return (f"{folder}/{name}" if folder else name).replace("README", "index")


def sources() -> dict[Path, str]:
    """Every page of docs/ that the site shows, with its place. READMEs of sections are for readers of the repository."""
    pages = (p for p in sorted(DOCS.rglob("*.md")) if not (p.name.startswith("README") and p.parent.name in ("howto", "reference", "explanation")))
    return {p: place(p) for p in pages} | {ROOT / f"{name}.md": f"explanation/{name.lower()}.md" for name in ("CONTRIBUTING", "CHANGELOG")}


def led_over(text: str, source: Path, at: str, zh: bool, known: dict[Path, str]) -> str:
    """The text with its links as the site has them: to the page's own twin into the other tree, to any other page within this one."""
    up = "../" * at.count("/")
    twin = source.with_name(source.name.replace(TAIL, "") if TAIL in source.name else source.name.replace(".md", f"{TAIL}.md"))

    def link(match: re.Match[str]) -> str:
        words, target, anchor = match[1], match[2], match[3] or ""
        if "://" in target or not target:
            return match[0]
        file = Path(os.path.normpath(source.parent / target))
        section = file if file.is_dir() else file.parent
        if file == twin and file in known:
            return f"[{words}]({up}{'en/' if zh else '../'}{at.removesuffix('.md')}.html{anchor})"
        if file in known:
            return f"[{words}]({up}{known[file]}{anchor})"
        if file.name.startswith("README") and section in (ROOT, DOCS):
            return f"[{words}]({up}index.md)"
        if (file.is_dir() or file.name.startswith("README")) and section.parent == DOCS and section.name in SECTIONS:
            return f"[{words}]({up}{section.name}/index.md)"
        if file.parent == DOCS and file.suffix in (".html", ".png"):
            return f"[{words}]({up}{file.name}{anchor})"
        return words  # a file of the repository that is no document

    text = TWIN.sub("", text)  # each page has its switch
    if zh:
        text = joined(text)
    return re.sub(r"\[([^\]]*)\]\(([^)#\s]*)(#[^)\s]*)?\)", link, text)


def joined(text: str) -> str:
    """Chinese paragraphs on one line: a line break would be shown as a space.

    >>> joined("甲，\\n乙\\n```\\n丙\\n丁\\n```\\n- 戊\\n- 己")
    '甲，乙\\n```\\n丙\\n丁\\n```\\n- 戊\\n- 己'
    """
    parts = re.split(r"(^```.*?^```)", text, flags=re.M | re.S)
    wide = r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”]"
    return "".join(p if p.startswith("```") else re.sub(rf"(?<={wide})\n(?={wide}|[`*\[(])(?!\*\*?\s)", "", p) for p in parts)


def within(pages: list[Page], folder: str) -> list[Page]:
    """The pages of a section, in the order of the menu."""

    def key(page: Page) -> tuple[int, str]:
        name = PurePosixPath(page.at).stem
        return (FIRST.index(name) if name in FIRST else len(FIRST) + (LAST.index(name) + 1 if name in LAST else 0), page.at)

    return sorted((p for p in pages if str(PurePosixPath(p.at).parent) == folder), key=key)


def menu(pages: list[Page], zh: bool) -> list[object]:
    """Home, tutorial, then a section a folder, its first page the list of the others."""

    def inside(folder: str) -> list[Page]:
        return within(pages, folder)

    out: list[object] = [{("首页" if zh else "Home"): "index.md"}, {("教程" if zh else "Tutorial"): "tutorial.md"}]
    for folder in ("howto", "reference", "explanation"):
        items: list[object] = [f"{folder}/index.md", *({p.title: p.at} for p in inside(folder) if p.at != f"{folder}/index.md")]
        if folder == "explanation":
            items.append({SECTIONS["decisions"][0 if zh else 1]: [{p.title: p.at} for p in inside("decisions")]})
        out.append({SECTIONS[folder][0 if zh else 1]: items})
    return out


def indexed(pages: list[Page], zh: bool) -> list[Page]:
    """The first page of every section: its name, a line, and a line for each page."""
    out = []
    for folder in ("howto", "reference", "explanation"):
        title, line = SECTIONS[folder][0 if zh else 1], SECTIONS[folder][2 if zh else 3]
        rows = "\n\n".join(f"**[{p.title}]({PurePosixPath(p.at).name})**  \n{p.summary}" for p in within(pages, folder))
        out.append(Page(f"{folder}/index.md", None, f"# {title}\n\n{line}\n\n{rows}\n"))
    return out


def tree(zh: bool) -> list[Page]:
    """The pages of one language. A page without a Chinese twin stands in the Chinese tree as it is."""
    known = sources()
    chosen: dict[str, Path] = {}
    for source, at in known.items():
        if (TAIL in source.name) == zh or (at not in chosen and TAIL not in source.name):
            chosen[at] = source
    pages = [Page(at, s, led_over(s.read_text("utf-8"), s, at, zh, known)) for at, s in chosen.items()]
    if zh:
        pages = [replace(p, text=re.sub(r"\A# .*", f"# {IN_CHINESE[n]}", p.text)) if (n := PurePosixPath(p.at).stem) in IN_CHINESE else p for p in pages]
    return pages + [Page(f"reference/{name}.md", None, text) for name, text in reference(zh).items()]


def lay_out(folder: Path, zh: bool) -> Path:
    """Write the pages of one language and the configuration for them into the folder; returns the configuration."""
    pages = tree(zh)
    pages += indexed(pages, zh)
    for page in pages:
        (folder / "docs" / page.at).parent.mkdir(parents=True, exist_ok=True)
        (folder / "docs" / page.at).write_text(page.text, "utf-8", newline="\n")
    for file in [*DOCS.glob("*.png"), *DOCS.glob("*.html")]:
        shutil.copy(file, folder / "docs" / file.name)
    html = folder / "docs" / "ontology.html"
    here, there = "howto/sparql.html", ("en/" if zh else "../") + "howto/sparql.html"
    leads = {"sparql.zh-CN.md": here if zh else there, "sparql.md": there if zh else here}
    html.write_text(re.sub(r"(?<=href=')sparql[^']*", lambda m: leads[m[0]], html.read_text("utf-8")), "utf-8", newline="\n")
    shutil.copytree(OWN / "assets", folder / "docs" / "assets")
    configuration = {
        "site_name": "共富知识图谱 gongfu-kg" if zh else "gongfu-kg",
        "site_description": "把乡村振兴与金融的地方新闻变成知识图谱" if zh else "Chinese local news on rural revitalisation and finance as a knowledge graph",
        "copyright": "Apache-2.0 · 本体 CC BY 4.0" if zh else "Apache-2.0 · ontology CC BY 4.0",
        "docs_dir": "docs",
        "site_dir": "site",
        "use_directory_urls": False,
        "nav": menu(pages, zh),
        "theme": {"language": "zh" if zh else "en", "font": False, "features": FEATURES, "palette": PALETTE, "custom_dir": "overrides"},
        "plugins": {"search": {}, "offline": {}},
        "markdown_extensions": EXTENSIONS,
        "extra_css": ["assets/site.css"],
        "extra": {
            "polyfills": ["assets/iframe-worker.js"],
            "generator": False,
            "alternate": True,  # shows the partial of overrides/; no list, see there
            "other": {"name": "English", "link": "en/", "lang": "en"} if zh else {"name": "中文", "link": "../", "lang": "zh-CN"},
        },
    }
    shutil.copytree(OWN / "overrides", folder / "overrides")
    (folder / "mkdocs.yml").write_text(json.dumps(configuration, ensure_ascii=False, indent=1), "utf-8", newline="\n")  # JSON is YAML too
    return folder / "mkdocs.yml"


def build(out: Path) -> None:
    """Both languages into the folder: Chinese at its top, English in en/. Raises SystemExit where a page or a link is wrong."""
    with tempfile.TemporaryDirectory() as work:
        for zh in (True, False):
            folder = Path(work) / ("zh" if zh else "en")
            configuration = lay_out(folder, zh)
            done = subprocess.run(
                [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "-f", str(configuration)],
                cwd=folder,
                capture_output=True,
                encoding="utf-8",
                env={**os.environ, "NO_COLOR": "1"},
            )
            if done.returncode:
                raise SystemExit(done.stdout + done.stderr)
        made = Path(work) / "zh" / "site"
        (Path(work) / "en" / "site").rename(made / "en")
        shutil.rmtree(out, ignore_errors=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, out)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "site"
    build(target)
    print(target / "index.html")
