"""Articles of the genre, made up: templates, the register of divisions, and varied names and figures.

    python -m bench.generate --size 2M --seed 1 > articles.txt
    python -m bench.generate --size 2M --seed 1 -o folder/        one file an article

Plain sentences and those with facts are mixed so that a thousand characters hold somewhat more facts and numbers than real
pages do (20 and 13 here, 17 and 8 in seeds/). Sums, people, firms and projects are invented and say nothing about real ones.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from kg.pack import load
from kg.register import load_register

GIVEN = "建国志强晓敏海燕玉兰文博思远雨欣子涵俊杰丽娟春华秋实明德永康佳宁瑞安向东立新雪梅金凤小军国平学民爱华"
FIRM = ["恒兴", "绿源", "远航", "金穗", "三禾", "瑞丰", "嘉禾", "东盛", "天目", "清溪", "云栖", "青禾", "万田", "茂源", "鸿达", "沃野"]
TRADE = ["农业科技", "食品", "茶业", "生态农业", "水产", "机械制造", "新材料", "纺织", "文旅发展", "竹木工艺", "果蔬", "电子商务", "环保科技", "服饰"]
CROP = ["茶叶", "杨梅", "枇杷", "水稻", "香菇", "柑橘", "蜜梨", "铁皮石斛", "甲鱼", "白茶", "油茶", "番薯", "葡萄", "毛竹", "湖羊", "黄桃"]
WORKS = [
    "冷链仓储",
    "污水管网改造",
    "农房集聚区",
    "未来乡村",
    "数字大棚",
    "古村修缮",
    "游客中心",
    "粮食烘干中心",
    "光伏发电",
    "茶叶加工园",
    "农村公路提升",
    "水库除险加固",
]
PRODUCT = ["乡村振兴贷", "共富贷", "茶农贷", "民宿贷", "兴村贷", "科创贷", "惠农e贷", "粮食收购贷", "强村贷", "信用村贷"]
PROGRAMME = ["“千万工程”", "“共富工坊”", "山海协作", "“三农”服务", "强村富民行动", "乡村振兴战略"]
POST = ["行长", "副行长", "客户经理", "党委书记", "普惠金融部负责人", "网点主任"]
BODY = ["村党支部书记", "村委会主任", "镇党委书记", "镇长", "合作社负责人"]
HEDGE = ["", "", "", "", "近", "超", "约", "逾", "不少于"]

FINANCE = [
    "截至{month}月末，{branch}涉农贷款余额{yi}亿元，较年初增长{pct}%。",
    "{branch}为{town}{village}{works}项目发放贷款{wan}万元，利率{rate}%，期限{years}年。",
    "得知情况后，{branch}第一时间上门服务，仅用{days}天就为其发放了{wan}万元“{product}”。",
    "今年以来，该行已累计投放涉农贷款{yi}亿元，支持农户{count}户、农业企业{some}家。",
    "{firm}是当地一家{trade}企业，{branch}向其授信{hedge}{wan}万元，帮助企业扩大生产。",
    "日前，{county}人民政府与{bank}签订战略合作协议，今后{years}年该行将提供{hedge}{tens}亿元意向融资。",
    "{branch}还为{works}工程、{works2}项目等提供融资{yi}亿元，其中首笔{wan}万元已经到位。",
    "{branch}创新推出“{product}”，以信用为保障，单户最高可贷{wan}万元。",
    "“贷款下来得真及时。”{village}种植大户{person}承包了{mu}多亩{crop}，{branch}为他办理了{wan}万元贷款。",
    "{year}年，{branch}共为{some}个村集体提供授信，合计{hedge}{yi}亿元，惠及农户{count}余户。",
    "在{branch}的支持下，{village}{works}项目总投资{wan}万元，计划明年{month}月建成。",
    "{branch}{post}{person}介绍，该行普惠贷款客户已达{count}户，不良率保持在{rate}%以下。",
    "据统计，{county}{crop}产业年产值达{yi}亿元，带动{count}人就业，农户人均增收{yuan}元。",
    "去年，{village}村集体经济收入{wan}万元，同比增长{pct}%，村民人均可支配收入达到{yuan}元。",
]
PLAIN = [
    "走进{town}{village}，白墙黛瓦的农房错落有致，村道两旁绿树成荫。",
    "“以前这里路不好走，东西运不出去，年轻人都往外跑。”{body}{person}回忆说。",
    "近年来，{county}立足本地资源，把{crop}作为富民产业来抓，探索出一条适合山区的发展路子。",
    "眼下正是{crop}丰收的季节，田间地头一派忙碌景象，采摘、分拣、装箱各个环节有条不紊。",
    "村里成立了合作社，统一种苗、统一技术、统一销售，社员只管把地种好。",
    "{programme}实施以来，{town}的面貌发生了很大变化，环境好了，人气旺了，日子也更有奔头了。",
    "客户经理们走村入户，白天看产业、晚上进农家，把政策讲清楚，把需求摸明白。",
    "为了让群众少跑腿，该行把服务窗口搬到了村口，手机上点一点就能办业务。",
    "傍晚时分，文化礼堂前的广场上热闹起来，老人们喝茶聊天，孩子们追逐嬉戏。",
    "{person}是土生土长的{town}人，大学毕业后回乡创业，一步一步把小作坊做成了有规模的企业。",
    "“下一步，我们要把产业链再延长一些，让更多的乡亲在家门口挣钱。”{body}{person}说。",
    "从种植到加工，从线下到线上，一颗小小的{crop}串起了一条长长的产业链。",
    "当地还邀请农技专家到现场指导，手把手教农户剪枝、施肥和防治病虫害。",
    "清晨的薄雾还没有散去，{village}的茶山上已经传来阵阵笑声，采茶工背着竹篓穿行其间。",
    "改革的关键在于打通堵点，让资金、人才和技术真正流向乡村最需要的地方。",
    "如今，一个产业兴旺、生态宜居、乡风文明的{village}正在山水之间徐徐铺展。",
    "一场春雨过后，山坡上的新芽舒展开来，空气里弥漫着泥土和青草的气息，{village}迎来了一年中最忙的时节。",
    "“刚开始大家心里都没底，怕种出来卖不掉，我们就一家一家上门做工作，先让党员干部带头试种。”{person}说起当初的情形，语气里满是感慨。",
    "沿着新修的游步道拾级而上，一侧是潺潺流水，一侧是层层梯田，不时有背着相机的游客驻足拍照。",
    "针对农户缺抵押、缺担保、缺信息的难题，当地把分散在各部门的数据归集起来，让信用变成看得见、用得上的资产。",
    "从前无人问津的老屋，经过修缮变成了书吧、茶室和乡村工作室，吸引了一批年轻人回来安家落户。",
    "产业要发展，带头人很关键，{county}把懂技术、会经营、善管理的人才请回来，让他们在田野上大展身手。",
    "记者在现场看到，自动化分拣线正在运转，一箱箱{crop}贴上标签、装上冷藏车，当天就能发往外地市场。",
    "“以前办事要跑好几趟城里，现在家门口就有人帮忙，连字都不用多签一个。”一位正在办业务的老人笑着说。",
    "在推进过程中，各方坚持因地制宜、分类施策，不搞一刀切，不增加村级负担，让群众真正得实惠。",
    "夜幕降临，灯光勾勒出古桥的轮廓，小吃摊前人头攒动，昔日寂静的山村有了久违的烟火气。",
    "作为扎根本土的金融机构，{branch}坚守服务实体经济的定位，把资源更多投向乡村最薄弱、最需要的环节。",
    "与此同时，一支由青年员工组成的服务队常年活跃在田间地头，他们既是政策的宣传员，也是农户的好帮手。",
    "农业的出路在科技，研究所的专家与合作社结成对子，从选种育苗到采后保鲜，每个环节都有人指点。",
    "好山好水是最大的本钱，如何把生态优势变成发展优势，是摆在{town}干部群众面前的一道必答题。",
    "几年下来，村里的路宽了、灯亮了、河清了，邻里之间的矛盾少了，大伙儿的心气也更足了。",
    "谈到未来，{person}充满信心：“只要大家拧成一股绳，好日子还在后头。”",
    "面对市场波动，企业没有退缩，而是主动调整结构，把更多精力放在品牌建设和质量提升上。",
    "走访中，工作人员耐心倾听群众的想法，把零散的意见一条条记在本子上，回来后逐项研究、逐项落实。",
]

TITLES = [
    "{branch} 金融活水润乡村",
    "{county}：小{crop}做成大产业",
    "{branch}助力{town}{crop}丰收",
    "{programme}在{county}结出新果",
    "{village}的振兴密码 {branch}深耕乡村一线",
]


def homes(seed: int | random.Random) -> Iterator[dict[str, str]]:
    """Places and banks of articles, without an end: a county with a branch, a town and a village of it."""
    chance = seed if isinstance(seed, random.Random) else random.Random(seed)
    register, pack = load_register(), load()
    banks = [(e.name, min((e.name, *e.aliases), key=len)) for e in pack.entries("banks") if e.kind == "Bank"][:24]
    provinces = ("33", "33", "32", "34", "36", "43", "51")
    counties = [c for p in provinces for c in sorted(register.lines) if c.startswith(p) and not "71" <= c[4:] <= "79"]  # no development zones
    while True:
        county = chance.choice(counties)
        towns = [c for c in sorted(set(register.towns_in(county).values())) if not register.name(c).endswith("街道")]
        villages = sorted(register.villages_in(county)) or [chance.choice("石白清龙金") + chance.choice("溪塘坑岭田") + "村" for _ in range(3)]
        full, short = chance.choice(banks)
        name = register.name(county)
        stem = name[:-1] if len(name) > 2 else name
        yield {
            "county": name,
            "bank": full,
            "branch": chance.choice([f"{full}{stem}支行", f"{short}{stem}支行", f"{stem}农商银行"]),
            "town": register.name(chance.choice(towns)) if towns else name,
            "village": chance.choice(villages),
        }


def articles(size: int, seed: int) -> Iterator[str]:
    """Articles until `size` bytes of UTF-8 are full. Same size and seed, same text."""
    chance = random.Random(seed)
    places = homes(chance)
    while size > 0:
        text = article(chance, next(places))
        size -= len(text.encode())
        yield text


def article(chance: random.Random, home: dict[str, str]) -> str:
    """One article of a place."""
    surnames = [e.name for e in load().entries("surnames") if e.kind == "1"][:120]

    def say(template: str) -> str:
        return template.format_map(_slots(chance, home, surnames))

    lines = [say(chance.choice(TITLES)), f"本报记者 {_person(chance, surnames)} 通讯员 {_person(chance, surnames)}"]
    plain, finance = chance.sample(PLAIN, len(PLAIN)), chance.sample(FINANCE, len(FINANCE))  # no sentence twice in one article
    for _ in range(chance.randint(5, 9)):
        pool = [plain.pop() for _ in range(chance.randint(2, 3))] + [finance.pop() for _ in range(min(chance.randint(0, 2), len(finance)))]
        chance.shuffle(pool)
        lines.append("".join(map(say, pool)))
    return "\n\n".join(lines) + "\n"


def _person(chance: random.Random, surnames: list[str]) -> str:
    return chance.choice(surnames) + "".join(chance.sample(GIVEN, chance.randint(1, 2)))


def _slots(chance: random.Random, home: dict[str, str], surnames: list[str]) -> dict[str, object]:
    works, works2 = chance.sample(WORKS, 2)
    return {
        **home,
        "person": _person(chance, surnames),
        "firm": home["county"] + chance.choice(FIRM) + chance.choice(TRADE) + "有限公司",
        "trade": chance.choice(TRADE),
        "crop": chance.choice(CROP),
        "works": works,
        "works2": works2,
        "product": chance.choice(PRODUCT),
        "programme": chance.choice(PROGRAMME),
        "post": chance.choice(POST),
        "body": chance.choice(BODY),
        "hedge": chance.choice(HEDGE),
        "yi": round(chance.uniform(0.3, 90), chance.randint(0, 2)) or 1,
        "tens": chance.randrange(10, 900, 10),
        "wan": chance.choice([chance.randint(5, 99), chance.randrange(100, 9900, 50)]),
        "yuan": chance.randrange(1200, 52000, 100),
        "pct": round(chance.uniform(1, 40), 1),
        "rate": round(chance.uniform(0.6, 4.9), 2),
        "count": chance.randint(12, 9800),
        "some": chance.randint(3, 90),
        "mu": chance.randrange(10, 900, 10),
        "days": chance.randint(2, 9),
        "years": chance.randint(2, 8),
        "month": chance.randint(1, 12),
        "year": chance.randint(2019, 2024),
    }


def read_size(text: str) -> int:
    """
    >>> read_size("2M"), read_size("300k"), read_size("10")
    (2000000, 300000, 10)
    """
    factor = {"k": 10**3, "m": 10**6, "g": 10**9}.get(text[-1].lower(), 0)
    return int(float(text[:-1]) * factor) if factor else int(text)


def write_folder(folder: Path, size: int, seed: int) -> int:
    """One file an article; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for number, text in enumerate(articles(size, seed), 1):
        (folder / f"{number:05}.txt").write_text(text, "utf-8", newline="\n")
    return number


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=read_size, default=2_000_000, help="bytes of UTF-8: 300k, 2M")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, help="a folder for one file an article; stdout without it")
    args = parser.parse_args()
    if args.output:
        print(write_folder(args.output, args.size, args.seed), "articles", file=sys.stderr)
    else:
        for text in articles(args.size, args.seed):
            sys.stdout.write(text + "\n\n")


if __name__ == "__main__":
    main()
