"""Privacy, case by case: what is personal, what only looks so, and what of a table passes the border.

Every person, number and address here is made up.
"""

import os
import stat

import pandas as pd
import pyarrow as pa
import pytest

from swe.core.errors import PrivacyError
from swe.ledgers import privacy
from swe.ledgers.contract import contract, empty
from swe.ledgers.detectors import may_contain
from swe.ledgers.privacy import contains, find, mask, pseudonym, redact, safe_name, scan_frame, township_code

KEY = bytes(range(32))

PERSONAL = [
    ("残疾证号52270219900101123X44", "resident_id"),
    ("学籍号G522702201001011234", "resident_id"),
    ("身份证：５２２７０２１９９００１０１１２３Ｘ", "resident_id"),
    ("522702 1990 0101 1234", "resident_id"),
    ("52270219900101\n1234", "resident_id"),
    ("5 2 2 7 0 2 1 9 9 0 0 1 0 1 1 2 3 x", "resident_id"),
    ("522702900101123", "resident_id"),
    ("522702-900101-123", "resident_id"),
    ("身份证 52270219900101123", "resident_id"),  # a digit is missing, the label says what it is
    ("522702********1234", "resident_id"),
    ("5.22702199001011E+17", "resident_id"),
    ("张三（身份证522702199001011234）", "resident_id"),
    ("138 0013 8000", "mobile"),
    ("１３８－００１３－８０００", "mobile"),
    ("138\u200b0013\u200b8000", "mobile"),
    ("138001\r\n  38000", "mobile"),
    ("+86 138 0013 8000", "mobile"),
    ("(+86)13800138000", "mobile"),
    ("Tel13800138000", "mobile"),
    ("一三八零零一三八零零零", "mobile"),
    ("手机号13800138000.0", "mobile"),
    ("手机 138 0013 800 0", "mobile"),
    ("138****8000", "mobile"),
    ("社工站电话：13800138000", "mobile"),  # a mobile is a person's, whoever answers it
    ("家里电话0854-2222222", "landline"),
    ("(0854)2222222", "landline"),
    ("010-6655 4433转801", "landline"),
    ("电话:2345678", "landline"),
    ("社工站张三家电话0854-2222222", "landline"),
    ("6222021234567894", "bank_card"),
    ("卡号 6222 0212 3456 7890 128", "bank_card"),
    ("E12345678", "passport"),
    ("护照EA1234567", "passport"),
    ("ＰＥ１２３４５６７", "passport"),
    ("zhang.san@qq.com", "email"),
    ("zhangsan＠163．com", "email"),
    ("zhangsan(at)163.com", "email"),
    ("微信 zhangsan_88", "wechat"),
    ("vx：zs198808", "wechat"),
    ("wxid_a1b2c3d4e5f6", "wechat"),
    ("QQ 123 456 789", "qq"),
    ("贵A·12345", "plate"),
    ("贵AD12345", "plate"),
    ("贵ＪＦ１２３４５", "plate"),
    ("住金山街道洒金路12号3单元501", "address"),
    ("锦绣花园3栋2单元501室", "address"),
    ("阳光小区3-2-501", "address"),
    ("双谷村三组15号", "address"),
    ("家庭住址：福泉市金山街道双谷村3组", "address"),
    ("姓名:张三", "name"),
    ("姓 名：李小明", "name"),
    ("服务对象 李 四", "name"),
    ("监护人王秀英陪同", "name"),
    ("服务对象（姓名）：赵六", "name"),
    ("签名：阿依古丽·买买提", "name"),
    ("户主：阿支木呷", "name"),
    ("Name: Zhang San", "name"),
    ("联系人：欧阳锋", "name"),
    ("村民王建国家", "name"),
    ("其女儿吴小燕来电", "name"),
    ("监护人：奶奶（罗桂芬）", "name"),
    ("陪同人员：杨再兴、石明珠", "name"),
]

NOT_PERSONAL = [
    "穗府办〔2023〕7号", "服务热线12345、12355", "拨打110、120", "社工站电话：0854-2222222", "服务热线 400-123-4567",
    "咨询电话0854-2222222、0854-3333333", "热线：0854-2222222", "区划代码522702101、522702101001", "522702", "522702101",
    "2023年5月31日-2023年6月30日", "2023-05-31 00:00:00", "20230531120000", "2,000,000.00元", "经费13800000.00元",
    "1200 3400 5600 7800", "题1 5 4 5 5 4 3", "0.8138001380001234", "人均45.13800138000123元",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "data:image/png;base64,13800138000+13800138000/522702199001011234", "550e8400-e29b-41d4-a716-446655440000",
    "192.168.148.18", "活动编号HD2023053101", "个案编号522702-2023-0001", "522702202305310001", "G20230531",
    "F52-001", "图3-2", "统一社会信用代码52522702MJ1234567A", "服务对象满意度98.5%", "服务对象包括老人、儿童",
    "服务对象：高龄独居老人12名", "监护人监护能力", "志愿者服务队", "老人健康讲座", "儿童安全教育", "村民代表大会",
    "姓名：略", "联系人：社工站", "联系人方式见附件", "金山街道双谷村3组开展反诈宣传", "活动地点：双谷村村委会3号活动室",
    "站点地址：洒金北路12号", "五社联动1+8+N", "3-5月", "川B组12人", "微信公众号推文12篇", "QQ群12345678", "学习雷锋志愿者服务",
    "3号楼12人参加", "发放米50袋、油50桶", "2000余人次", "16:00-17:30", "",
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), PERSONAL)
def test_an_identifier_is_found_and_nothing_of_it_is_left(text, kind):
    assert kind in {hit.kind for hit in find(text)}
    assert contains(text)
    assert not find(mask(text)) and not find(mask(text, "en"))
    shown = {char for hit in find(text) for char in text[hit.start : hit.end] if char.isdigit()}
    assert not shown & set(mask(text)) or kind in ("address", "name")


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_what_only_looks_personal_stays(text):
    assert find(text) == [] and mask(text) == text and not contains(text)


@pytest.mark.parametrize(
    "text", ["a13800138000", "13800138000b", "513800138000", "138001380001", "x522702199001011234"]
)
def test_letters_and_digits_beside_a_number_make_it_another(text):
    assert not contains(text)


def test_the_prefilter_lets_every_identifier_through():
    assert all(may_contain(pa.array([text for text, _ in PERSONAL])).to_pylist())


@pytest.mark.parametrize(
    "text",
    ["1 " * 20_000, "1-" * 20_000, "13 " * 20_000, "@" * 20_000, "a." * 20_000, "姓名：" * 20_000, "姓名" * 20_000, "姓名（" * 20_000, "姓名" + " " * 40_000, "热线" * 20_000 + "0854-2222222", "路1号" * 20_000,
     "家住" * 20_000, "身份证1 " * 20_000, "qq1 1 " * 20_000, "阿·" * 20_000, "data:" + "a" * 40_000, "13800138000 " * 9_000],
)  # fmt: skip
def test_no_text_takes_long(text):
    import time

    start = time.process_time()
    find(text)
    assert (
        time.process_time() - start < 10
    )  # linear: about half a second; a pattern that backtracks never ends


def test_a_frame_is_scanned_by_row_column_and_kinds():
    frame = pd.DataFrame(
        {"a": ["义诊", "联系人：张三 13800138000", None], "b": ["无", "无", "zhang@qq.com"], "n": [1, 2, 3]}
    )
    assert scan_frame(frame, ["b", "a"]) == [(1, "a", ("mobile", "name")), (2, "b", ("email",))]


# -- pseudonyms -----------------------------------------------------------------------------------------------


def test_a_pseudonym_does_not_depend_on_how_the_number_is_typed():
    ways = ["52270219900101123x", "52270219900101123X", "'５２２７０２ 19900101 123X", "522702-19900101-123x"]
    assert len({pseudonym(way, KEY) for way in ways}) == 1
    assert pseudonym("522702900101123", KEY) == pseudonym(
        "522702199001011234", KEY
    )  # check digit by GB 11643
    assert pseudonym("张 三", KEY) == pseudonym("张三", KEY) != pseudonym("张三", bytes(32))
    assert len(pseudonym("x", KEY)) == 26 and not contains(pseudonym("522702199001011234", KEY))


def test_a_key_is_made_once_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "keys" / "swe.key"
    key = privacy.load_key(path, create=True)
    assert len(key) == 32 and privacy.load_key(path, create=True) == key == path.read_bytes()
    assert [entry.name for entry in path.parent.iterdir()] == ["swe.key"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o640)
        with pytest.raises(PrivacyError, match="chmod 600"):
            privacy.load_key(path)


def test_a_key_never_lies_where_it_would_leave_with_a_report(tmp_path, monkeypatch):
    for folder in ("project/params", "project/notebooks", "project/deep", "outputs", "store"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "project" / "deep")
    for place in ("project/k", "project/deep/k", "outputs/k", "store/k", "link/k"):
        with pytest.raises(PrivacyError, match="must not lie"):
            privacy.load_key(tmp_path / place, create=True, outside=[tmp_path / "store"])
    assert not list(tmp_path.rglob("k"))


def test_a_missing_or_foreign_key_file_is_a_privacy_error(tmp_path):
    with pytest.raises(PrivacyError, match="no such key"):
        privacy.load_key(tmp_path / "k")
    (tmp_path / "k").write_bytes(b"short")
    (tmp_path / "k").chmod(0o600)
    with pytest.raises(PrivacyError, match="this one has 5"):
        privacy.load_key(tmp_path / "k")
    with pytest.raises(PrivacyError, match="32 bytes"):
        pseudonym("x", b"")


# -- the border -----------------------------------------------------------------------------------------------


def clients(**columns):
    table = contract()["clients"]
    rows = len(next(iter(columns.values())))
    frame = empty(table).reindex(range(rows))
    for name, values in columns.items():
        frame[name] = pd.Series(values, dtype=frame[name].dtype)
    return frame[[*columns]], table


def test_of_a_client_only_what_the_contract_stores_passes():
    frame, table = clients(
        station_id=["522702001", "522702001"],
        client_id=["DA1", "DA2"],
        name=["张三", "李 四"],
        id_number=["52270219900101123X", None],
        birth_date=pd.to_datetime(["1990-01-01", "1950-02-03"]),
        birth_year=[None, 1951],
        address=["福泉市金山街道双谷村3组15号", "某处"],
        phone=["13800138000", None],
        situation=["独居，电话13800138000", " "],
        sex=["female", "male"],
    )
    before = frame.copy(deep=True)
    out, log = redact(frame, table, key=KEY)
    pd.testing.assert_frame_equal(frame, before)
    assert set(out) == {"station_id", "client_id", "sex", "birth_year", "region_code", "person_key"}
    assert out["birth_year"].tolist() == [1990, 1951]
    assert out["region_code"].fillna("").tolist() == ["522702001", ""]
    assert out["person_key"][0] == pseudonym("52270219900101123x", KEY) and out["person_key"].notna().all()
    assert out["client_id"].tolist() == [pseudonym("DA1", KEY), pseudonym("DA2", KEY)]
    counted = {(c, a): n for _, c, a, _, n in log.itertuples(index=False)}
    assert counted[("name", "dropped")] == 2 and counted[("phone", "dropped")] == 1
    assert counted[("birth_year", "derived")] == 1 and counted[("client_id", "pseudonym")] == 2
    everything = out.to_csv() + log.to_csv()
    assert not any(value in everything for value in ("张三", "李", "13800138000", "双谷", "DA1", "1990-01"))


def test_without_a_key_there_are_no_pseudonyms():
    frame, table = clients(
        station_id=["S"], client_id=["DA1"], name=["张三"], id_number=["522702199001011234"]
    )
    out, _ = redact(frame, table)
    assert list(out) == ["station_id"]


def test_a_person_without_an_id_number_is_known_by_name_birth_year_and_station():
    frame, table = clients(
        station_id=["A", "A", "B", "A", "A"],
        name=["张三", "张 三", "张三", "张三", None],
        id_number=[None, "无", None, "522702199001010000", None],  # the fourth was cut short by Excel
        birth_year=[1990, 1990, 1990, 1990, 1990],
    )
    keys = redact(frame, table, key=KEY)[0]["person_key"]
    assert keys[0] == keys[1] == keys[3] != keys[2] and pd.isna(keys[4])


def test_free_text_is_dropped_unless_asked_for_and_then_masked():
    frame, table = clients(station_id=["A", "A"], situation=["联系人：张三 13800138000", "独居"])
    assert list(redact(frame, table)[0]) == ["station_id"]
    out, log = redact(frame, table, keep_free_text=True)
    assert out["situation"].tolist() == ["联系人：〔姓名〕 〔手机号〕", "独居"]
    assert log[["column", "action", "kind", "cells"]].values.tolist() == [
        ["situation", "masked", "mobile", 1],
        ["situation", "masked", "name", 1],
    ]


def test_names_of_activities_and_foreign_columns_are_masked_and_codes_stay_apart():
    table = contract()["activities"]
    frame = pd.DataFrame(
        {
            "activity_id": ["13800138000", "13900139000", "HD1"],
            "name": ["张三13800138000义诊", "王 小 明生日会", "义诊"],
            "file": ["a.xlsx", "李四 13800138000.xlsx", "a.xlsx"],
        },
        dtype="string",
    )
    assert list(redact(frame, table, key=KEY)[0]) == ["activity_id", "file"]
    out, log = redact(frame, table, key=KEY, keep_free_text=True, names={"王小明"})
    assert out["name"].tolist() == ["张三〔手机号〕义诊", "〔姓名〕生日会", "义诊"]
    assert out["activity_id"].nunique() == 3 and out["activity_id"][2] == "HD1"
    assert "138" not in out.to_csv() and int(log["cells"].sum()) == 5


def test_names_known_from_one_table_are_masked_in_all():
    frame, table = clients(name=["张 三丰", "李四", "安全", "金山", None])
    assert privacy.known_names(frame, table) == {"张三丰", "李四"}


@pytest.mark.parametrize(
    ("address", "within", "code"),
    [
        ("贵州省黔南州福泉市金山街道洒金北路12号", "", "522702001"),
        ("福泉市金山街道办事处双谷村", "", "522702001"),
        ("金山街道双谷村", "", None),
        ("金山街道双谷村", "522702", "522702001"),
        ("双谷村3组", "522702", None),
        ("", "", None),
    ],
)
def test_of_an_address_the_township_is_kept_where_it_is_certain(address, within, code):
    assert township_code(address, within=within) == code


@pytest.mark.parametrize(
    "name",
    ["张三.xlsx", "张 三", "王小明个案", "张三走访记录.xlsx", "13812345678.xls", "522702199001011234", "服务对象张三",
     "个案-李桂芳-结案.xlsx", "欧阳娜娜", "a@qq.com.csv", "１３８-1234-5678.xlsx", "6222 0212 3456 7890.xls", "5227021990010112.xls"],
)  # fmt: skip
def test_a_personal_file_or_sheet_name_gives_way_to_its_number(name):
    assert safe_name(name, 12) == "file-12" and safe_name(name, 3, "sheet") == "sheet-3"


@pytest.mark.parametrize(
    "name",
    ["金山街道2023年台账.xlsx", "汇总表", "5月", "马场坪", "封面", "20230531.csv", "2023-05-01至2023-05-31.xlsx", "Sheet1",
     "导出20230531120000.xlsx", "人员花名册", "福泉市社工站台账(2023年5月).xlsx", "小组台账", "陈家坝社工站", "周报", "安顺"],
)  # fmt: skip
def test_an_ordinary_file_or_sheet_name_stays(name):
    assert safe_name(name, 12) == name == safe_name(name, 3, "sheet")
