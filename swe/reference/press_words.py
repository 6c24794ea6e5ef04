"""The words around a number in Chinese press releases: qualifiers, units, and what only looks like a number.

Collected from the source pages and from common newspaper usage; a word added here is known to every reader of
numbers.
"""

from __future__ import annotations

import re

ABOVE = "above"
BELOW = "below"
ABOUT = "about"

# A word before the number. What follows 不 comes first, or 不超过 would be read as 超过.
BEFORE = {
    BELOW: r"不超过|不高于|不多于|不大于|不到|不足|不满|未满|未达|至多|最多|最高|最大|将近|接近"
    r"|少于|低于|小于|(?<![附邻临靠贴最])近|≤|<=|<",
    ABOVE: r"不少于|不低于|不小于|不下于|不下|不止|至少|最少|最低|起码|超过|超出|突破|多于|大于|高于|超|逾"
    r"|(?<![线网以])上(?=[百千万亿])|≥|>=|>",
    ABOUT: r"大约|大概|大致|约莫|估计|(?<![节预签契公条合制履违相特誓])约|≈|~",
}
# Between the number and its unit, or behind both.
INSIDE = {ABOVE: r"余|多|\+", ABOUT: r"来"}
BEHIND = {ABOVE: r"以上|之上|开外", BELOW: r"以内|以下|之内|之下", ABOUT: r"左右|上下"}

# Longest first where one begins another. They stand after any number.
UNITS = (
    "个百分点|百分点|%|‰|平方公里|平方千米|平方米|㎡|m²|m2|公里|千米|厘米|毫米|米|公斤|千克|吨|公顷|亩"
    "|人民币元|美元|港元|欧元|元|户次|人次|家次|场次|人|名|位|户"
    "|个工作日|工作日|个[多余]月|个[多余]小时|个小时|小时|分钟|个月|课时|学时|学分|年|天|周|岁"
    "|个|家|所|间|座|处|场|次(?!性)|节|项|条|件|例|桩|宗|篇|份|册|张|套|副|顶|只|台|辆|架|支|批|组|轮"
    "|门|堂|层|种|款|类|箱|瓶|盒|包|袋|桶|枚|颗|幅|床|盏|棵|株|倍|级(?=.{0,4}(?:体系|网络))"
)
# After an Arabic number or one of several characters; 一起, 一对, 三点, 一部分 are other words.
LOOSE_UNITS = "起|对|部|队|片|块|本|分|字|期|级"
PER = "人|天|日|周|月|年|次|户|名|位|站|家|个|份|场|小时|平方米|㎡"
PERCENTS = ("%", "‰", "个百分点", "百分点")  # rounded figures: half a unit of the last digit either way

_NUMERAL = "〇零一二三四五六七八九十百千万亿两"
_DAY = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_YEAR = r"(?:(?:19|20)[0-9]{2}|[一二][〇零一二三四五六七八九]{3})"
_SPAN = r"(?:-|~|—{1,2}|–|至|到)"

# Dates, ordinals, codes and idioms: no press number may touch one of these.
NOT_NUMBERS = re.compile(
    "|".join(
        (
            rf"{_YEAR}年?{_SPAN}{_YEAR}(?:年|(?![0-9]))",  # 2017—2020年
            rf"{_YEAR}年(?:{_DAY}月(?:份|底|初|末|{_DAY}日)?)?",
            r"'?[0-9]{2}年代",
            rf"{_DAY}月?{_SPAN}{_DAY}月(?:{_DAY}日)?",
            rf"{_DAY}月(?:{_DAY}日)?(?:{_SPAN}{_DAY}日)?",
            rf"{_DAY}{_SPAN}{_DAY}日",
            r"(?<![0-9])[0-9]{1,2}日",
            r"(?:19|20)[0-9]{2}([-/.])[0-9]{1,2}\1[0-9]{1,2}",
            r"(?:19|20)[0-9]{2}-[0-9]{1,2}(?![0-9])",
            r"[0-9]{1,2}:[0-9]{2}",  # 9:00
            r"[0-9]+:[0-9]+",  # 1:3
            r"[0-9]+(?:\.[0-9]+){2,}|[0-9]+/[0-9]+|[0-9]+[·•][0-9]+|[0-9]+×[0-9]+",
            r"[0-9]*\+?[0-9]+(?:\+[0-9]+)*\+[A-Za-z](?![A-Za-z])|[0-9]+(?:\+[0-9]+)+",  # 1+8+N, 1+19
            r"[A-Za-z][0-9.]+|[A-Za-z][-_][0-9]+|[0-9.]+[A-Za-z](?!2|²)[A-Za-z]*",  # A4, COVID-19, 5G
            r"(?<![0-9%万千百亿个名户人次家元])[-−][0-9][0-9.]*",  # negative; between numbers it is a range
            r"[0-9]{12,}|(?<![0-9])1[3-9][0-9]{9}(?![0-9])",  # identity and telephone numbers
            r"[0-9]{3,}(?=(?:市民|服务|心理|公益)?(?:热线|电话|专线))",
            rf"第[0-9{_NUMERAL}]+",
            r"[0-9]+(?:号|版|届|楼|室)|[〔\[(](?:19|20)[0-9]{2}[〕\])][0-9]*",
            rf"[{_NUMERAL}]+(?:号|届)",
            rf"(?!百分之)[{_NUMERAL}]+分之[{_NUMERAL}点]+",
            r"(?:十[一二三四五六七八九]|二十[一二]?)大",  # party congresses
            rf"[最]?近[0-9{_NUMERAL}几]+[余多来]?(?:年|个月|天|周|日)",  # 近三年: the last three years
            r"一(?:起|对|部分|面|片|块|批|点|期|把|头|成|路|时|家人|年四季|年一度|年到头|天到晚|次次|个个|项项)",
            r"[每同另某这那下上前后唯统单专进任逐之何]一(?![十百千万亿])[个名项次种家位场天年级]?",
            rf"一[^\W\d{_NUMERAL}]一[^\W\d{_NUMERAL}]?",  # 一老一小, 一对一, 一户一策
            r"成千上万|成百上千|千家万户|千千万万|万家灯火|三番五次|隔三差五|五湖四海|四面八方|千方百计",
            r"三台县|五台[山县]|九台区|七台河|三元[区里]|三门[县峡]|五家渠|三级甲等",
        )
    )
)
