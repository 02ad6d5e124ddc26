"""Whether time grows with the text and no faster: pages of one line, of one mark, of one name, at doubling sizes.

    python -m bench.linear [--from 64k] [--to 1M] [--only NAME,NAME] [--most 2.3]

Each case is one file of so many bytes of UTF-8, read, merged and written as Turtle in this process. A case fails where a doubling
costs more than `--most` times the CPU seconds of the size before (a quarter of a second at the least). Exit code 1
where one fails.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from itertools import cycle, islice

from kg import build, pack, rdf
from kg.extract import extract
from kg.model import Document, SourceFile, digest

from .generate import articles, read_size

NOISE = 0.25  # CPU seconds below which a time says little


def _prose(size: int) -> str:
    return "".join("".join(a.split("\n")[4:]) for a in articles(size, 7))


def _repeat(word: str) -> Callable[[int], str]:
    return lambda size: word * (size // len(word.encode()))


def _drawn(alphabet: str, seed: int = 3) -> Callable[[int], str]:
    """Characters of an alphabet, drawn at random."""

    def make(size: int) -> str:
        chance = random.Random(seed)
        return "".join(chance.choices(alphabet, k=size // len(alphabet[0].encode())))

    return make


def _counted(template: str) -> Callable[[int], str]:
    """A sentence said again and again with another number and another name."""

    def make(size: int) -> str:
        given = [a + b + c for a in "建国志强晓敏海燕玉兰" for b in "文博思远雨欣子涵俊杰" for c in "春华秋实明德永康佳宁"]
        names = cycle(given)
        return "".join(template.format(n=n, name=next(names)) for n in range(1, size // len(template.encode()) + 1))

    return make


def _lines(make: Callable[[int], str], length: int) -> Callable[[int], str]:
    def cut(size: int) -> str:
        text = make(size)
        return "\n".join(text[at : at + length] for at in range(0, len(text), length))

    return cut


def _between(mark: str) -> Callable[[int], str]:
    return lambda size: mark.join(_prose(size // 2))


def _no_end(size: int) -> str:
    return _prose(size).translate(dict.fromkeys(map(ord, "。！？!?"), "，"))


CASES: dict[str, Callable[[int], str]] = {
    "prose, one line": _prose,
    "prose, no sentence end": _no_end,
    "prose, no punctuation": lambda size: "".join(c for c in _prose(size) if c.isalnum()),
    "prose, short lines": _lines(_prose, 12),
    "prose, lines of 25": _lines(_prose, 25),
    "prose, spaced characters": _between(" "),
    "articles": lambda size: "\n\n".join(articles(size, 7)),
    "punctuation": _drawn("，。、；：！？…—（）《》“”【】"),
    "full stops": _repeat("。"),
    "commas": _repeat("，"),
    "list marks": _repeat("、"),
    "openers": _repeat("“（《【‘"),
    "closers": _repeat("”）》】’"),
    "one opener": _repeat("“"),
    "brackets": _repeat("（"),
    "half brackets": _repeat("("),
    "quoted words": _repeat("“共富工坊”、"),
    "digits": _drawn("0123456789"),
    "digits and points": _repeat("1.2,345"),
    "colons and digits": _repeat("1:2："),
    "one digit": _repeat("9"),
    "numerals": _drawn("一二三四五六七八九十百千万亿两几多余半点零"),
    "one numeral": _repeat("十"),
    "hedges": _repeat("近超约不少于"),
    "units": _drawn("万亿元亩户人个%年月日"),
    "dates": _repeat("2023年5月3日至6月"),
    "one bank": _repeat("杭州银行"),
    "one bank, apart": _repeat("杭州银行，"),
    "one branch, apart": _repeat("农业银行萧山支行、"),
    "that bank": _repeat("该行"),
    "branches": _repeat("支行"),
    "one village": _repeat("梅林村"),
    "one village, apart": _repeat("瓜沥镇梅林村、"),
    "one county": _repeat("萧山区"),
    "that village": _repeat("该村，"),
    "villages": _repeat("村"),
    "towns": _repeat("镇、"),
    "county heads": _repeat("县市区"),
    "counties and towns": _repeat("泰顺县罗阳镇，"),
    "unknown villages": _counted("{name}村、"),
    "people": _counted("行长王{name}说，"),
    "posts": _repeat("党委书记、行长"),
    "one person": _counted("李建国说{n}，"),
    "companies": _counted("浙江{name}农业科技有限公司，"),
    "companies, sentences": _counted("浙江{name}渔业有限公司获得贷款{n}万元。"),
    "company heads": _repeat("有限公司"),
    "groups of farmers": _counted("{n}户农户、"),
    "some company": _repeat("某公司，"),
    "that company": _repeat("该公司、公司，"),
    "one sum": _repeat("5万元，"),
    "sums": _counted("{n}万元、"),
    "one loan": _repeat("杭州银行发放贷款5万元。"),
    "loans": _counted("杭州银行向{name}村发放贷款{n}万元。"),
    "loans, one sentence": _counted("杭州银行向{name}村发放贷款{n}万元，"),
    "loans without a lender": _counted("发放贷款{n}万元，"),
    "projects": _counted("为{name}水库项目投放资金{n}万元、"),
    "products": _counted("推出“{name}贷”、"),
    "balances": _counted("贷款余额{n}亿元，增长{n}%，"),
    "agreements": _counted("杭州银行与{name}村签订战略合作协议，提供{n}亿元意向融资。"),
    "quoted names": _counted("“{name}工程”、"),
    "emoji": _repeat("😀"),
    "emoji in prose": _between("😀"),
    "right-to-left marks": _repeat("\u200f"),
    "right-to-left marks in prose": _between("\u200f"),
    "control characters": _repeat("\x01\x02\x7f\x08"),
    "zeros": _repeat("\0"),
    "combining marks": _repeat("a\u0301\u0301"),
    "unknown characters": _repeat("\ufffd"),
    "blank lines": _repeat("\n"),
    "lines of blanks": _repeat("　 \n"),
    "blanks": _repeat(" "),
    "wide blanks": _repeat("　"),
    "lines of one character": _repeat("贷\n"),
    "lines of one word": _repeat("贷款\n\n"),
    "equal lines": _repeat("杭州银行向梅林村发放贷款5万元，支持村里的共富工坊建设，带动农户就近就业增收致富。\n"),
    "headings": _counted("{n}、{name}的故事\n\n"),
    "bylines": _counted("本报记者 王{name}\n"),
    "captions": _counted("图为{name}村。{name}摄\n"),
    "tables": _counted("{name}村\t{n}\t{n}万元\n"),
    "wide tables": _counted("{name}村\t{n}\t"),
    "latin letters": _repeat("a"),
    "latin words": _repeat("loan "),
    "links": _repeat("http://a.b/"),
    "one character": _repeat("银"),
    "han": _drawn("".join(map(chr, range(0x4E00, 0x5E00)))),
}


def seconds(text: str, rules: pack.Pack) -> float:
    """CPU seconds from a text to its Turtle."""
    start = time.process_time()
    source = SourceFile("page.txt", digest(text), "utf-8", text)
    rdf.write_turtle(build.merge([extract(Document(source), rules)]))
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="low", type=read_size, default=64_000, help="bytes of UTF-8 of the smallest page")
    parser.add_argument("--to", dest="high", type=read_size, default=1_024_000, help="and of the largest")
    parser.add_argument("--only", default="", help="names of cases, with commas between them: see the output")
    parser.add_argument("--most", type=float, default=2.3, help="times that a doubling may cost")
    parser.add_argument("--patience", type=float, default=120.0, help="CPU seconds after which a case is not doubled further")
    args = parser.parse_args()
    rules = pack.load()
    seconds("杭州银行向萧山区瓜沥镇梅林村发放贷款5万元。", rules)  # what is loaded once
    wanted = [n for n in CASES if not args.only or any(o in n for o in args.only.split(","))]
    slow = []
    for name in wanted:
        sizes = [args.low]
        while sizes[-1] * 2 <= args.high:
            sizes.append(sizes[-1] * 2)
        spent: list[float] = []
        for size in sizes:
            spent.append(seconds(CASES[name](size), rules))
            if spent[-1] > args.patience:
                break
        worst = max((b / max(a, NOISE) for a, b in zip(spent, islice(spent, 1, None), strict=False)), default=0.0)
        if worst > args.most:
            slow.append(name)
        print(f"{name:30} {' '.join(f'{s:8.2f}' for s in spent)}   {worst:5.2f}{'  too slow' if worst > args.most else ''}", flush=True)
    print(f"{len(wanted)} cases, {len(slow)} too slow{': ' if slow else ''}{', '.join(slow)}")
    sys.exit(bool(slow))


if __name__ == "__main__":
    main()
