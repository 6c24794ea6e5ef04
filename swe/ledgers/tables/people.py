"""People: workers and clients. Nearly every column here is personal; little of it passes the loading border.

Kept are sex, birth year, category and a keyed pseudonym for counting persons once.
"""

# fmt: off

from __future__ import annotations

from dataclasses import replace

from swe.ledgers.tables import common, words
from swe.ledgers.tables.spec import Table, column, values

# 社会工作者职业水平评价暂行规定 (2006), 高级社会工作师评价办法 (2018).
LICENCES = values("""
none | 无 | None | 无证 未持证 没有
assistant | 助理社会工作师 | Assistant social worker | 初级 助理社工师 初级社工 助理 初级社会工作者
social_worker | 社会工作师 | Social worker | 中级 社工师 中级社工 中级社会工作者
senior | 高级社会工作师 | Senior social worker | 高级 高级社工师 高级社工
""")

EDUCATION = values("""
junior_secondary | 初中及以下 | Junior secondary or less | 初中 小学
senior_secondary | 高中（中专） | Senior secondary | 高中 中专 职高 技校 高中/中专
college | 大专 | College | 专科 高职 大学专科
bachelor | 本科 | Bachelor | 大学本科 学士 大学
master | 硕士及以上 | Master or above | 硕士 研究生 博士 硕士研究生
""")

POSTS = values("""
head | 站长 | Head of station | 负责人 站点负责人 主任 项目主管
worker | 社工 | Social worker | 驻站社工 一线社工 专业社工 专职社工 专业人员
assistant | 社工助理 | Assistant | 辅助人员 助理 行政辅助 社工员 服务助理
supervisor | 督导 | Supervisor | 督导者 督导助理 见习督导
administration | 行政财务 | Administration | 行政 财务 会计 行政人员
""")

NEED_LEVELS = values("""
high | 高 | High | 一级 重点 红色 紧急 a级 a 高风险 高度
medium | 中 | Medium | 二级 黄色 关注 b级 b 中风险 中度
low | 低 | Low | 三级 绿色 一般 c级 c 低风险 常规 低度
""")

CLIENT_STATES = values("""
active | 服务中 | Active | 在册 在档 有效 跟进中
closed | 已结束 | Closed | 注销 销档 已销档 结束 迁出 死亡
""")


class Workers(
    Table, zh="人员花名册", en="Workers", key="station_id worker_id",
    about_zh="每名站点工作人员一行（含已离职）。", about_en="A row for each member of staff, leavers included.",
    sheets="人员花名册 花名册 社工花名册 人员名册 社工名册 人员信息 工作人员 人员台账 员工 社工信息 队伍",
):
    """Staff: posts, licences, comings and goings."""

    station_id = common.STATION_ID
    worker_id = column("code", "工号", "Worker ID", "站内唯一的工作人员编号（不是身份证号）；装载时换成假名。", "ID of the worker within the station (never the resident ID); becomes a pseudonym.", "社工编号 人员编号 员工编号 编号", privacy="identifier", border="pseudonym", required=True, fill="name", example="SG01")
    name = column("text", "姓名", "Name", "姓名；装载时删除。", "Name; dropped on loading.", "社工姓名 人员姓名 员工姓名", privacy="identifier", border="drop")
    sex = column("category", "性别", "Sex", "性别。", "Sex.", values=words.SEXES, privacy="quasi", example="女")
    id_number = column("code", "身份证号", "Resident ID number", "居民身份证号；装载时换成假名，用于识别一人多站。", "Resident ID number; becomes a pseudonym that shows one person at two stations.", "身份证号码 证件号码 身份证 公民身份号码 证件号 居民身份证号", privacy="identifier", border="derive", becomes="person_key")
    birth_date = column("date", "出生年月", "Birth date", "出生日期；装载时只留出生年份。", "Birth date; only the year is kept.", "出生日期 生日 出生年月日", low="1900-01-01", privacy="identifier", border="derive", becomes="birth_year")
    birth_year = column("integer", "出生年份", "Birth year", "出生年份。", "Year of birth.", "出生年", unit="year", low=1900, high=2100, privacy="quasi", entry=False)
    person_key = column("code", "人员假名", "Person pseudonym", "由身份证号加密钥算出的假名；只由软件写入。", "Keyed pseudonym of the resident ID; written by the software only.", privacy="quasi", entry=False)
    phone = column("text", "联系电话", "Telephone", "本人电话；装载时删除。", "The person's telephone; dropped on loading.", "手机号 电话 手机 手机号码 联系方式 电话号码", privacy="identifier", border="drop")
    education = column("category", "学历", "Education", "最高学历。", "Highest education.", "文化程度 最高学历 学历层次", values=EDUCATION, privacy="quasi", example="本科")
    major = column("text", "专业", "Major", "所学专业。", "Field of study.", "所学专业 毕业专业 专业名称", privacy="quasi", example="社会工作")
    licence = column("category", "证书等级", "Licence", "社会工作者职业资格等级；无证写“无”。", "Grade of the social-work licence; 无 where none.", "资格证书 职业资格 持证情况 社工证 职称 证书级别 资格等级 证书 社工证等级 持证等级", values=LICENCES, source="社会工作者职业水平评价暂行规定（国人部发〔2006〕71号）", example="助理社会工作师")
    licence_number = column("text", "证书编号", "Licence number", "证书编号；装载时删除。", "Number of the licence; dropped on loading.", "证书号 资格证编号 证书号码 登记号 资格证书编号", privacy="identifier", border="drop")
    post = column("category", "岗位", "Post", "岗位。", "Post.", "职务 岗位名称 职位 岗位类别", values=POSTS, example="社工")
    resident = column("boolean", "是否驻站", "Resident", "是否常驻站点工作。", "Whether the person works at the station.", "驻站 驻站情况 是否常驻", example="是")
    hired_on = column("date", "入职时间", "Hired on", "到岗日期。", "First day in post.", "入职日期 到岗时间 上岗时间 到岗日期 入站时间", low=common.FIRST_DAY, example="2022-05-01")
    left_on = column("date", "离职时间", "Left on", "离岗日期；在岗的留空。", "Last day in post; empty while in post.", "离职日期 离岗时间 离岗日期", low=common.FIRST_DAY)
    salary_cny = column("decimal", "工资", "Monthly pay (CNY)", "税前月工资。", "Monthly pay before tax.", "月工资 薪酬 月薪 工资待遇 应发工资 薪资 税前工资", unit="CNY", low=0, high=1_000_000, privacy="sensitive", example="4500")
    social_insurance = column("boolean", "社保", "Social insurance", "是否缴纳社会保险。", "Whether social insurance is paid.", "是否购买社保 社会保险 五险 社保缴纳 是否缴纳社保", example="是")
    pre_service_training = column("boolean", "岗前培训", "Pre-service training", "是否参加岗前培训。", "Whether trained before service.", "是否岗前培训 岗前培训情况", example="是")
    training_hours = column("decimal", "培训时数", "Training hours", "考核期内参加培训的小时数。", "Hours of training in the period.", "培训时长 培训学时 培训小时数 继续教育学时 学时", unit="hour", low=0, high=5000, example="24")
    supervision_hours = column("decimal", "督导时数", "Supervision hours", "考核期内接受督导的小时数。", "Hours of supervision received in the period.", "督导时长 接受督导时数 督导小时数", unit="hour", low=0, high=5000, example="12")
    note = common.NOTE
    simulated = common.SIMULATED


class Clients(
    Table, zh="服务对象档案", en="Clients", key="station_id client_id",
    about_zh="每名建档服务对象一行。", about_en="A row for each client on file.",
    sheets="服务对象档案 服务对象台账 建档 服务对象信息 服务对象 对象台账 服务对象花名册 一人一档 重点对象",
):
    """Clients on file: who they are to the extent that an evaluation needs it."""

    station_id = common.STATION_ID
    client_id = column("code", "档案编号", "Client file number", "站内唯一的档案编号（不是身份证号）；装载时换成假名。", "File number within the station (never the resident ID); becomes a pseudonym.", "档案号 服务对象编号 编号 对象编号 案主编号 建档编号", privacy="identifier", border="pseudonym", required=True, fill="name", example="DA0001")
    name = column("text", "姓名", "Name", "姓名；装载时删除。", "Name; dropped on loading.", "服务对象 服务对象姓名 案主姓名 对象姓名", privacy="identifier", border="drop")
    sex = column("category", "性别", "Sex", "性别。", "Sex.", values=words.SEXES, privacy="quasi", example="女")
    birth_date = column("date", "出生年月", "Birth date", "出生日期；装载时只留出生年份。", "Birth date; only the year is kept.", "出生日期 生日 出生年月日", low="1900-01-01", privacy="identifier", border="derive", becomes="birth_year")
    birth_year = column("integer", "出生年份", "Birth year", "出生年份。", "Year of birth.", "出生年", unit="year", low=1900, high=2100, privacy="quasi", example="1950")
    age = column("integer", "年龄", "Age", "建档时的周岁年龄。", "Age in years when filed.", "周岁 岁数", unit="year", low=0, high=130, privacy="quasi", example="73")
    id_number = column("code", "身份证号", "Resident ID number", "居民身份证号；装载时换成假名，用于跨站去重。", "Resident ID number; becomes a pseudonym for counting persons once.", "身份证号码 证件号码 身份证 公民身份号码 证件号 居民身份证号", privacy="identifier", border="derive", becomes="person_key")
    person_key = column("code", "人员假名", "Person pseudonym", "由身份证号加密钥算出的假名；只由软件写入。", "Keyed pseudonym of the resident ID; written by the software only.", privacy="quasi", entry=False)
    household_id = column("code", "户编号", "Household ID", "所属家庭的编号；装载时换成假名，用于按户去重。", "Household the client belongs to; becomes a pseudonym for counting households once.", "家庭编号 户号 家庭档案号", privacy="identifier", border="pseudonym", example="H0001")
    category = replace(common.CLIENT_CATEGORY, overflow="category_2")
    category_2 = column("category", "其他类别", "Second category", "同时属于的另一类别。", "Another category the client also belongs to.", "类别2 第二类别", source="穗府办〔2023〕7号 art. 4", values=words.CLIENT_CATEGORIES, privacy="sensitive")
    address = column("text", "家庭住址", "Home address", "住址；装载时只留区划代码。", "Home address; only the region code is kept.", "住址 家庭地址 居住地址 现住址 地址 详细地址 户籍地址", privacy="identifier", border="derive", becomes="region_code")
    region_code = column("code", "区划代码", "Region code", "居住地的区划代码（乡镇 9 位或县 6 位）；写名称也可识别。", "Region of residence (township 9 digits or county 6); names are understood too.", "行政区划代码 乡镇(街道) 所属乡镇 所在乡镇 乡镇 街道", pattern=r"[0-9]{6}([0-9]{3})?", source="国家统计局统计用区划代码", privacy="quasi", example="522702101")
    phone = column("text", "联系电话", "Telephone", "电话；装载时删除。", "Telephone; dropped on loading.", "手机号 电话 手机 手机号码 联系方式 电话号码", privacy="identifier", border="drop")
    guardian_name = column("text", "监护人", "Guardian", "监护人姓名；装载时删除。", "Name of the guardian; dropped on loading.", "监护人姓名 家属 紧急联系人 照料人 家属姓名", privacy="identifier", border="drop")
    guardian_phone = column("text", "监护人电话", "Guardian's telephone", "监护人电话；装载时删除。", "The guardian's telephone; dropped on loading.", "监护人联系电话 家属电话 紧急联系电话 紧急联系人电话 监护人联系方式", privacy="identifier", border="drop")
    need_level = column("category", "需求评估等级", "Need level", "需求评估的等级。", "Level of need as assessed.", "需求等级 评估等级 风险等级 关爱等级 服务等级 分级", values=NEED_LEVELS, privacy="sensitive", example="高")
    consent = column("boolean", "知情同意", "Informed consent", "是否签署知情同意书（未满 14 周岁由监护人签署）。", "Whether informed consent was signed (by the guardian below 14).", "知情同意书 是否签署知情同意书 是否同意", source="个人信息保护法 arts. 29, 31", example="是")
    filed_on = column("date", "建档日期", "Filed on", "建档日期。", "The day the file was opened.", "建档时间 立档日期 登记时间 建立档案日期", low=common.FIRST_DAY, example="2022-06-01")
    state = column("category", "档案状态", "State", "服务中或已结束。", "Active or closed.", "状态 服务状态 是否在册", values=CLIENT_STATES, example="服务中")
    situation = common.prose("基本情况", "Situation", "家庭、健康等情况；默认不装载。", "Family, health and so on; not loaded by default.", "家庭情况 健康状况 情况 困难情况 身体状况 需求")
    entry_date = common.ENTRY_DATE
    note = common.NOTE
    simulated = common.SIMULATED
