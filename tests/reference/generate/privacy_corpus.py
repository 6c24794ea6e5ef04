"""A synthetic corpus for the privacy detectors: ledger lines with planted identifiers, and lines that only look so.

Everything here is made up by a seeded generator: no person, telephone, account, plate or address is real, and
where one should exist it is by chance. Written without the detectors' patterns: it plants what a ledger would
hold and knows nothing of how it is found. Half of the lines hold one or two identifiers; the other half is hard
negatives: amounts, dates, codes, document numbers, digests, hotlines, station telephones, names of activities.

Run as a program it prints lines: python privacy_corpus.py 40 [seed]
"""

from __future__ import annotations

import base64
import hashlib
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass

SURNAMES = list(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴"
)
COMPOUND = ["欧阳", "司马", "上官", "诸葛", "司徒", "皇甫", "尉迟", "夏侯"]
GIVEN = list(
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂香玉梅荣华建国红文辉力世广志义兴良海山仁波宁贵福生龙元"
    "全学祥才发武新利清飞彬富顺信子涵梓萱浩宇轩怡欣诗雨嘉佳俊思琪雅梦洁晨曦瑞博昊然凤珍莲素云春菊月莉翠淑琴"
)
MINORITY = [
    ("阿依古丽", "买买提"), ("努尔", "艾力"), ("古丽娜尔", "吐尔逊"), ("麦麦提", "依明"), ("阿卜杜", "热合曼"),
    ("热依汗", "玉素甫"), ("迪丽", "艾合买提"),
]  # fmt: skip
TIBETAN = ["扎西次仁", "卓玛央金", "旺堆罗布", "尼玛扎西", "阿支木呷", "吉克阿牛", "沙马拉洛"]
PROVINCES = [
    "11",
    "13",
    "14",
    "15",
    "21",
    "22",
    "32",
    "33",
    "34",
    "35",
    "36",
    "37",
    "41",
    "42",
    "43",
    "44",
    "45",
    "46",
    "50",
    "51",
    "52",
    "53",
    "54",
    "61",
    "62",
    "63",
    "64",
    "65",
]
ROADS = [
    "中山路",
    "洒金北路",
    "解放大道",
    "人民东路",
    "文昌巷",
    "环城南路",
    "建设街",
    "金山大道",
    "长江三路",
    "学府街",
]
ESTATES = [
    "锦绣花园",
    "阳光小区",
    "金山苑",
    "幸福家园",
    "翠湖新村",
    "丽景公寓",
    "安康小区",
    "滨河花城",
    "盛世华府",
]
VILLAGES = [
    "双谷村",
    "平堡村",
    "大坝村",
    "新桥村",
    "岩脚村",
    "黄丝村",
    "石板寨村",
    "田坝村",
    "龙井村",
    "水头村",
]
TOWNS = ["金山街道", "牛场镇", "道坪镇", "陆坪镇", "龙昌镇", "凤山镇", "仙桥乡", "马场坪街道"]
STATIONS = [town.removesuffix("街道").removesuffix("镇").removesuffix("乡") + "社工站" for town in TOWNS]
THEMES = [
    "防溺水",
    "端午包粽子",
    "反诈宣传",
    "健康义诊",
    "亲子阅读",
    "消防演练",
    "四点半课堂",
    "邻里节",
    "重阳敬老",
]
FULL = str.maketrans(
    "0123456789Xx-.@ABCDEFGHJKLMNPQRSTUVWYZ",
    "０１２３４５６７８９Ｘｘ－．＠ＡＢＣＤＥＦＧＨＪＫＬＭＮＰＱＲＳＴＵＶＷＹＺ",
)


@dataclass(frozen=True)
class Line:
    """A line, and what was planted in it: (kind, start, end); a hard negative says what it is."""

    text: str
    planted: tuple[tuple[str, int, int], ...]
    about: str


def corpus(lines: int, *, seed: int) -> list[Line]:
    """`lines` lines, half with identifiers; the same seed gives the same lines."""
    chance = random.Random(seed)
    return [planted_line(chance) if i % 2 else negative_line(chance) for i in range(lines)]


# -- identifiers ------------------------------------------------------------------------------------------


def digits(r: random.Random, n: int) -> str:
    return "".join(r.choice("0123456789") for _ in range(n))


def county(r: random.Random) -> str:
    return r.choice(PROVINCES) + f"{r.randint(1, 29):02}{r.randint(1, 31):02}"


def birth(r: random.Random, first: int = 1931, last: int = 2021) -> str:
    return f"{r.randint(first, last)}{r.randint(1, 12):02}{r.randint(1, 28):02}"


def resident_18(r: random.Random) -> str:
    body = county(r) + birth(r) + digits(r, 3)
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    right = "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
    if r.random() < 0.2:
        right = r.choice([each for each in "0123456789X" if each != right])
    return body + (right.lower() if r.random() < 0.3 else right)


def resident_15(r: random.Random) -> str:
    return county(r) + birth(r, 1931, 1990)[2:] + digits(r, 3)


def mobile(r: random.Random) -> str:
    return "1" + r.choice("3456789") + digits(r, 9)


def card(r: random.Random) -> str:
    n = r.choice([16, 16, 19, 19, 17, 18])
    body = r.choice(["622202", "621700", "622848", "436742", "621226", "625965", "520108", "356833"])
    body += digits(r, n - 1 - len(body))
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def person(r: random.Random) -> str:
    roll = r.random()
    if roll < 0.04:
        return "·".join(r.choice(MINORITY)) if r.random() < 0.8 else "•".join(r.choice(MINORITY))
    family = r.choice(COMPOUND) if roll < 0.08 else r.choice(SURNAMES)
    given = "".join(r.choice(GIVEN) for _ in range(r.choice([1, 2, 2])))
    if r.random() < 0.25:
        blank = r.choice([" ", "  ", "\u3000", "\u00a0"])
        return family + blank + (blank.join(given) if r.random() < 0.5 else given)
    return family + given


# -- noise ------------------------------------------------------------------------------------------------


def grouped(number: str, sizes: list[int], mark: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return mark.join([*parts, number[at:]] if at < len(number) else parts)


MARKS = [
    " ",
    " ",
    "-",
    "-",
    "\u3000",
    "\u00a0",
    "－",
    "—",
    ".",
    "·",
    " - ",
    "  ",
    "\u2009",
    "\u200b",
    "‑",
    "–",
]


def noisy(r: random.Random, number: str, shapes: list[list[int]]) -> str:
    """A number as people type it: plain, grouped, spaced out, full-width, or broken by a line's end."""
    roll = r.random()
    if roll < 0.40:
        text = number
    elif roll < 0.70:
        text = grouped(number, r.choice(shapes), r.choice(MARKS))
    elif roll < 0.80:
        text = r.choice([" ", "\u3000", "\u200b", "\u00a0"]).join(number)
    elif roll < 0.90:
        cut = r.randint(1, len(number) - 1)
        text = number[:cut] + r.choice(["\n", "\r\n", "\n  ", " \n"]) + number[cut:]
    else:
        text = number
    if r.random() < 0.2:
        text = text.translate(FULL)
    return text


def identifier(r: random.Random, kind: str) -> str:
    if kind == "resident_id":
        if r.random() < 0.25:
            return noisy(r, resident_15(r), [[6, 6, 3], [6, 2, 2, 2, 3], [5, 5, 5]])
        return noisy(
            r, resident_18(r), [[6, 8, 4], [6, 4, 4, 4], [3, 3, 4, 4, 4], [6, 4, 2, 2, 4], [4, 4, 4, 4, 2]]
        )
    if kind == "mobile":
        text = noisy(r, mobile(r), [[3, 4, 4], [3, 4, 4], [4, 3, 4], [3, 8], [7, 4], [4, 4, 3]])
        if r.random() < 0.15:
            text = r.choice(["+86", "+86 ", "+86-", "86-", "0086 ", "（+86）", "(86)"]) + text
        return text
    if kind == "landline":
        area = r.choice(["010", "021", "020", "028", "0851", "0854", "0755", "0371", "0998", "0516"])
        local = r.choice("2345678") + digits(r, 7 if len(area) == 3 else r.choice([6, 7]))
        mark = r.choice(["-", "-", " ", "", "－", "—", " - ", "）"])
        text = ("（" if mark == "）" else "") + area + mark + local
        if mark == "-" and r.random() < 0.15:
            text = "+86-" + text[1:]
        if r.random() < 0.1:
            text += r.choice(["-", "转", "转 "]) + digits(r, 3)
        return text.translate(FULL) if r.random() < 0.15 else text
    if kind == "bank_card":
        return noisy(r, card(r), [[4, 4, 4, 4], [6, 4, 4], [4, 4, 4], [6]])
    if kind == "passport":
        form = r.choice(["E8", "E8", "EA7", "G8", "D7", "S8", "P7", "SE7", "PE7", "DE7"])
        letters, count = form.rstrip("0123456789"), int(form[-1])
        if form == "EA7":
            letters = "E" + r.choice("ABCDEFGHJKLMNPQRSTUVWXYZ")
        text = letters + r.choice(["", "", "", " ", "-"]) + r.choice("1356789") + digits(r, count - 1)
        return text.translate(FULL) if r.random() < 0.15 else text
    if kind == "email":
        name = r.choice(
            ["zhang", "li_ming", "wang.fang", "chen-lei", "x" + digits(r, 4), digits(r, 9), "LiuYang"]
        )
        name += r.choice(["", digits(r, 2), "_" + digits(r, 4)])
        mark = r.choice(["@", "@", "@", "＠", " @ "])
        return name + mark + r.choice(["qq.com", "163.com", "126.com", "gmail.com", "sina.cn", "mail.gov.cn"])
    if kind == "plate":
        letter = r.choice("ABCDEFGHJ")
        tail = r.choice(
            [
                r.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") + digits(r, 4),
                digits(r, 5),
                digits(r, 3) + r.choice("ABCDEFGH") + digits(r, 1),
                r.choice("DF") + digits(r, 5),
                digits(r, 5) + r.choice("DF"),
                digits(r, 4) + "学",
            ]
        )
        text = (
            r.choice("贵京沪粤川湘鄂豫苏浙鲁新渝陕") + letter + r.choice(["", "", "·", " ", "-", "."]) + tail
        )
        return text.translate(FULL) if r.random() < 0.15 else text
    raise ValueError(kind)


def address(r: random.Random) -> str:
    road, estate, village = r.choice(ROADS), r.choice(ESTATES), r.choice(VILLAGES)
    n = r.randint
    number = "一二三四五六七八九"[n(0, 8)]
    return r.choice(
        [
            f"{road}{n(1, 300)}号{n(1, 20)}栋{n(1, 4)}单元{n(101, 1802)}室",
            f"{road}{n(1, 300)}号{n(101, 1802)}室",
            f"{road} {n(1, 300)} 号 {n(1, 6)} 单元 {n(101, 802)} 室",
            f"{estate}{n(1, 30)}栋{n(1, 4)}单元{n(101, 1802)}室",
            f"{estate}{n(1, 30)}幢{n(101, 1802)}",
            f"{estate}{n(1, 30)}号楼{n(1, 4)}单元{n(1, 9)}楼{n(1, 4)}号",
            f"{estate}{n(1, 30)}-{n(1, 4)}-{n(101, 999)}",
            f"{r.choice(TOWNS)}{village}{n(1, 12)}组{n(1, 90)}号",
            f"{village}{number}组{n(1, 90)}号",
            f"{r.choice(TOWNS)}{village}第{number}村民小组{n(1, 90)}号",
            f"{road}{n(1, 300)}弄{n(1, 60)}号{n(101, 602)}室",
        ]
    )


# -- lines with identifiers ---------------------------------------------------------------------------------

LEADS = {
    "resident_id": ["身份证号：", "身份证号码:", "身份证 ", "证件号码：", "ID：", "（身份证", "其身份证为", "残疾人，证号", "", "，", "资料登记 "],
    "mobile": ["电话：", "联系电话", "手机:", "手机号码 ", "Tel:", "（", "", "，", "致电", "可拨打", "与其本人联系，", "微信同号", "子女电话"],
    "landline": ["家庭电话：", "家里座机", "住宅电话 ", "联系电话：", "", "，", "（", "可打"],
    "bank_card": ["银行卡号：", "卡号", "一卡通账号:", "补贴发放账户 ", "农信社卡", "", "，", "打款至"],
    "passport": ["护照号：", "护照号码 ", "护照", "证件：", "持", "，", "（"],
    "email": ["邮箱：", "电子邮箱:", "E-mail: ", "邮箱", "，请发", "（", ""],
    "plate": ["车牌号：", "车牌", "驾驶", "车辆", "，", "（", "停放的"],
    "address": ["家庭住址：", "住址:", "家住", "现居住于", "到", "位于", "，", "入户地点", "户籍地址 ", "搬至"],
}  # fmt: skip
TAILS = [
    "",
    "。",
    "，情况属实",
    "；低保户",
    "）",
    " ",
    "的服务对象",
    "，备注：无",
    "、已核实",
    "\n",
    "，2023年5月31日建档",
    " 65岁",
    "|",
    "/已登记",
]
OPENINGS = [
    "2023年5月12日入户走访，", "5月上旬，", "走访记录 ", "【个案】", "1.", "2、", "备注：", "2023-05-12 ", "3月12日电访，",
    "服务人次12，", "个案编号 GA-2023-012，", "“暖冬行动”", "", "", "情况：独居老人，", "社工上门，送米10斤、油5升。", "本月第3次走访：",
]  # fmt: skip
QUERIES_WECHAT = [
    "微信：",
    "微信号:",
    "微信号 ",
    "VX：",
    "vx:",
    "wx ",
    "加微信",
    "WeChat: ",
    "微 信：",
    "v信：",
]


def planted_line(r: random.Random) -> Line:
    text, planted = r.choice(OPENINGS), []
    kinds = [
        "resident_id",
        "mobile",
        "landline",
        "bank_card",
        "passport",
        "email",
        "wechat",
        "qq",
        "plate",
        "address",
        "name",
    ]
    for kind in r.sample(kinds, r.choice([1, 1, 2])):
        lead, value, tail = _phrase(r, kind)
        if text and text[-1].isascii() and text[-1].isalnum() and not lead:
            text += " "
        text += lead
        planted.append((kind, len(text), len(text) + len(value)))
        text += value + tail
        if len(planted) == 1 and tail in ("", "的服务对象"):
            text += r.choice(["，", "；", " ", "\n"])
    return Line(text, tuple(planted), "+".join(sorted(kind for kind, *_ in planted)))


def _phrase(r: random.Random, kind: str) -> tuple[str, str, str]:
    if kind == "name":
        if r.random() < 0.04:
            return (
                r.choice(["姓名：", "服务对象姓名:"]),
                r.choice(TIBETAN),
                r.choice(["，", "。", " ", "\n", "（藏族）"]),
            )
        label = r.choice(
            [
                "姓名", "服务对象", "服务对象姓名", "监护人", "联系人", "案主", "户主", "申请人", "受访者", "家属", "走访对象",
                "记录人", "社工签名", "填表人", "负责社工", "帮扶对象", "紧急联系人", "组员", "受助人", "经办人",
            ]
        )  # fmt: skip
        mark = r.choice(["：", "：", ":", "： ", " ", " ", "", "\u3000", " : "])
        tail = r.choice(
            [
                "，女，65岁",
                "。",
                "，",
                "（女）",
                " 13岁",
                "反映家中困难",
                "表示感谢",
                "，男",
                "\n",
                "；",
                "/",
                "于5月3日来访",
                "",
                "的母亲",
                "等3人",
            ]
        )
        if mark.strip() == "" and mark and tail == "":
            tail = "。"
        return label + mark, person(r), tail
    if kind == "wechat":
        value = (
            r.choice("abcdefghlmwxyz")
            + r.choice(["angfang", "iu_ming", "hen-88", "xd", "ULIJUN"])
            + digits(r, r.randint(3, 6))
        )
        if r.random() < 0.15:
            value = "wxid_" + "".join(r.choice("abcdefghijkmnpqrstuvwxyz0123456789") for _ in range(14))
        return r.choice(QUERIES_WECHAT), value, r.choice(TAILS)
    if kind == "qq":
        value = r.choice("123456789") + digits(r, r.randint(6, 9))
        return (
            r.choice(["QQ：", "QQ号:", "QQ ", "qq:", "QQ号码：", "ＱＱ：", "扣扣："]),
            value,
            r.choice(TAILS),
        )
    value = address(r) if kind == "address" else identifier(r, kind)
    lead, tail = r.choice(LEADS[kind]), r.choice(TAILS)
    if tail == "/已登记" and kind == "email":
        tail = "。"
    if value[-1].isdigit() and tail.strip() and tail.strip()[0].isdigit():
        tail = "，" + tail.strip()  # two numbers with only a blank between are one to any reader
    return lead, value, tail


# -- hard negatives -----------------------------------------------------------------------------------------


def negative_line(r: random.Random) -> Line:
    about, make = r.choice(NEGATIVES)
    text = make(r)
    if r.random() < 0.3:
        text = r.choice(OPENINGS) + text
    if r.random() < 0.15:
        text = text.translate(FULL)
    return Line(text, (), about)


def _amount(r: random.Random) -> str:
    n = r.randint(1000, 99_999_999)
    return r.choice(
        [
            f"项目经费{n:,}元，已支出{n // 3:,}.{digits(r, 2)}元",
            f"预算金额 {n}.00 到账 {n // 2}.50 结余 {n - n // 2}.{digits(r, 2)}",
            f"支出{r.randint(1, 300)}.{digits(r, 4)}万元，执行率{r.randint(10, 99)}.{digits(r, 2)}%",
            f"合计：￥{n}元（大写：壹拾贰万叁仟肆佰元整）",
            f"折合金额{n}，受益{r.randint(10, 3000)}人次，人均{r.random() * 100}元",
            f"{r.randint(10, 99)} {r.randint(100, 999)} {r.randint(1000, 9999)} {r.randint(1, 99)} {r.randint(10, 999)}",
        ]
    )


def _date(r: random.Random) -> str:
    y, m, d = r.randint(2018, 2023), r.randint(1, 12), r.randint(1, 28)
    return r.choice(
        [
            f"{y}-{m:02}-{d:02} {r.randint(0, 23):02}:{r.randint(0, 59):02}:{r.randint(0, 59):02}",
            f"{y}{m:02}{d:02}至{y + 1}{m:02}{d:02}",
            f"{y}.{m}.{d}—{y + 1}.{m}.{d}合同期",
            f"{y}年{m}月{d}日至{m + 1}月{d}日，共{r.randint(2, 12)}节",
            f"录入时间{y}{m:02}{d:02}{r.randint(0, 23):02}{r.randint(0, 59):02}{r.randint(0, 59):02}",
            f"{y}-{m:02}-{d:02} {y}-{m:02}-{d:02} {r.randint(10, 99)}",
            f"Excel 日期 {r.randint(43000, 45500)}，时间戳 16{digits(r, 8)}，毫秒 16{digits(r, 11)}",
        ]
    )


def _code(r: random.Random) -> str:
    c, y, m = county(r), r.randint(2019, 2023), r.randint(1, 12)
    return r.choice(
        [
            f"区划代码 {c}，乡级 {c}{r.randint(1, 399):03}，村级 {c}{r.randint(1, 399):03}{r.randint(1, 399):03}",
            f"个案编号 GA-{c}-{y}-{r.randint(1, 999):03}",
            f"活动编号HD{y}{m:02}{r.randint(1, 28):02}{r.randint(1, 99):02}",
            f"档案编号 {c}{y}{r.randint(1, 9999):04}",
            f"小组编号：XZ{c}{y}{m:02}-{r.randint(1, 99):02}",
            f"社工证 {y}{digits(r, 6)}{digits(r, 6)}",
            f"统一社会信用代码 52{c}MJ{digits(r, 7)}{r.choice('ABCDEFGH')}",
            f"图 {r.randint(1, 9)}-{r.randint(1, 20)}，F{r.choice(['52', '3412'])}-{r.randint(1, 99):03}，表{r.randint(1, 9)}.{r.randint(1, 9)}",
            f"{c}社区第{r.randint(1, 9)}网格，{r.randint(100, 999)}户{r.randint(1000, 9999)}人",
            f"批次G{y}{m:02}{r.randint(1, 28):02}，物资E{y}{m:02}{r.randint(1, 28):02}",
            f"1+8+N 体系，MZ/T 094-2017，GB/T 2260-2007，ISBN 978-7-{digits(r, 4)}-{digits(r, 4)}-{digits(r, 1)}",
            f"版本 {r.randint(1, 9)}.{r.randint(1, 20)}.{r.randint(1, 99)}，服务器 192.168.{r.randint(1, 254)}.{r.randint(1, 254)}",
        ]
    )


def _document(r: random.Random) -> str:
    y = r.randint(2017, 2023)
    return r.choice(
        [
            f"依据穗府办〔{y}〕{r.randint(1, 99)}号文件开展服务",
            f"民发[{y}]{r.randint(1, 130)}号、黔民发（{y}）{r.randint(1, 30)}号",
            f"国务院令第{r.randint(600, 760)}号",
            f"合同编号 FQMZ-{y}-{r.randint(1, 99):03}，发票号 {digits(r, 8)}",
            f"第{r.randint(1, 40)}期简报（{y}年第{r.randint(1, 12)}号）",
        ]
    )


def _digest(r: random.Random) -> str:
    raw = r.randbytes(48)
    uuid = hashlib.md5(raw).hexdigest()
    return r.choice(
        [
            f"sha256 {hashlib.sha256(raw).hexdigest()}",
            f"文件校验值：{hashlib.sha1(raw).hexdigest().upper()}",
            f"md5={uuid} 照片已上传",
            f"照片 data:image/png;base64,{base64.b64encode(raw * 3).decode()}",
            f"记录号 {uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}",
            f"提交 {hashlib.sha1(raw).hexdigest()[:10]}",
            f"sha512:{hashlib.sha512(raw).hexdigest()}",
        ]
    )


def _hotline(r: random.Random) -> str:
    area = r.choice(["010", "0851", "0854", "021", "0755"])
    local = r.choice("2345678") + digits(r, 6 if len(area) == 4 else 7)
    return r.choice(
        [
            "宣传12345政务热线、12355青少年热线和12338妇女维权热线",
            f"拨打110、119、120及400-{digits(r, 3)}-{digits(r, 4)}咨询",
            f"客服 800{digits(r, 7)}，反诈专线96110",
            f"服务热线：{area}-{local}",
            f"{r.choice(STATIONS)}电话：{area}-{local}",
            f"{r.choice(STATIONS)}联系电话 {area}{local}",
            f"站点电话{area}-{local}，欢迎居民来电",
            f"监督电话：{area}－{local}",
            f"咨询电话（办公室）{area}-{local}",
            f"400{digits(r, 7)}心理援助热线，工作日9:00-17:30",
        ]
    )


def _activity(r: random.Random) -> str:
    theme, n = r.choice(THEMES), r.randint(8, 300)
    return r.choice(
        [
            f"“{theme}”主题活动第{r.randint(1, 12)}场，参与{n}人，服务{n * 3}人次",
            f"服务对象：{r.choice(['高龄独居老人', '困境儿童', '低保户', '留守儿童', '残疾人', '社区居民', '退役军人', '孕产妇'])}{n}名",
            f"服务对象{r.choice(['满意度', '年龄', '包括老人、儿童', '家庭困难', '关系改善', '人数', '需求评估', '成长明显', '高度认可'])}，{theme}",
            f"监护人{r.choice(['未到场', '应履行监护责任', '外出务工', '和社区共同参与', '能力提升小组', '关爱不足'])}",
            f"联系人{r.choice(['方式见附件', '信息待补', '为站长', '名单附后'])}；姓名：{r.choice(['略', '见签到表', '不详', '匿名', '已隐去'])}",
            f"地点：{r.choice(VILLAGES)}村委会{r.choice(['二楼会议室', '3号活动室', '广场', '党群服务中心'])}",
            f"{r.choice(TOWNS)}{r.choice(VILLAGES)}{r.randint(1, 12)}组开展{theme}，覆盖{n}户",
            f"站点地址：{r.choice(ROADS)}{r.randint(1, 300)}号",
            f"在{r.choice(ROADS)}沿线发放宣传单{n}份，每户{r.randint(1, 9)}张",
            f"志愿者{n}名，时长{n * 2}.5小时；社工{r.randint(1, 5)}人，督导{r.randint(1, 3)}次",
            f"微信群发布{r.randint(1, 30)}条，微信公众号推文{r.randint(1, 30)}篇，阅读量{n * 37}",
            f"满意度 {r.randint(80, 99)}.{digits(r, 1)}%，题1=5 题2=4 题3=5 题4=5 题5=4",
            f"小组{r.randint(1, 9)}个{r.randint(4, 10)}节，组员{r.randint(8, 15)}人，出席率{r.randint(80, 99)}%",
            f"走访{n}户{n * 2}人次，发放米{n}袋、油{n}桶，{r.randint(1, 9)}号楼{r.randint(1, 9)}人参加",
            f"前测{r.randint(10, 60)}分 后测{r.randint(60, 99)}分 提升{r.random() * 100:.12f}",
            f"新A{r.choice(['馆', '区'])}启用，川B组{n}人，安全教育课{r.randint(1, 20)}课时",
        ]
    )


NEGATIVES: list[tuple[str, Callable[[random.Random], str]]] = [
    ("amount", _amount),
    ("date", _date),
    ("code", _code),
    ("document", _document),
    ("digest", _digest),
    ("hotline", _hotline),
    ("activity", _activity),
    ("activity", _activity),
]


if __name__ == "__main__":
    for line in corpus(int(sys.argv[1]), seed=int(sys.argv[2]) if len(sys.argv) > 2 else 1):
        print(line)
