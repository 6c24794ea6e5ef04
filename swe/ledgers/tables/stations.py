"""Stations and their money: who they are, what they were to deliver, what they received and spent.

Every other table points at a station; its region code joins ledgers to the register.
"""

# fmt: off

from __future__ import annotations

from swe.ledgers.tables import common, words
from swe.ledgers.tables.spec import Reference, Table, column, values

STATION_KINDS = values("""
station | 乡镇（街道）社工站 | Township station | 社工站 站 乡镇社工站 街道社工站 乡镇(街道)站 社工服务站
main_station | 县级社工总站 | County main station | 总站 社工总站 县级总站 市级社工总站 指导中心
room | 村（社区）社工室 | Village room | 社工室 室 村级社工室 社工点 服务点
""")

# The three modes compared in the literature (docs/background.md, stations).
OPERATION_MODES = values("""
purchase | 政府购买服务 | Purchased from an agency | 政府购买 第三方运营 购买服务 机构运营 委托运营 项目购买
direct | 政府直聘 | Directly employed | 直聘 直接聘用 双百 自聘 政府直接运营
mixed | 混合模式 | Mixed | 混合 购买与直聘结合 混合运营
""")

BUDGET_ITEMS = values("""
total | 合计（不分科目） | Total, not split | 项目经费 总经费 项目总经费
personnel | 人员经费 | Personnel | 人员费用 人力成本 工资 薪酬 人员工资 社工薪酬
service | 服务活动经费 | Services and activities | 活动经费 服务经费 专业服务经费 业务活动费 服务费
administration | 行政办公经费 | Administration | 办公经费 行政经费 管理费 办公费 日常办公
equipment | 设备购置 | Equipment | 设备费 办公设备 场地建设 阵地建设
training | 督导培训经费 | Supervision and training | 培训费 督导费 培训经费 督导培训
volunteering | 志愿者经费 | Volunteers | 志愿者补贴 志愿服务经费
tax | 税费 | Tax | 税金 税费及其他
other | 其他支出 | Other | 其他 其它 不可预见费
""")

# What contracts count; each has its own unit (人次 is not 人; docs/background.md, service units).
TARGET_MEASURES = values("""
cases | 个案 | Cases | 个案数 个案服务 个案数量
case_contacts | 个案面谈 | Case contacts | 面谈次数 个案面谈次数
groups | 小组 | Groups | 小组数 小组工作 小组数量 小组服务
group_sessions | 小组节数 | Group sessions | 小组活动节数 小组次数
activities | 社区活动 | Activities | 活动 活动场次 社区活动场次 活动数量
households_visited | 走访户数 | Households visited | 入户走访 走访 探访 入户走访户数 走访探访 入户探访
visit_person_times | 走访人次 | Person-times visited | 探访人次 走访探访人次
person_times | 服务人次 | Person-times served | 直接服务人次 服务总人次 累计服务人次
clients | 服务对象建档 | Clients on file | 建档 建档人数 档案 服务对象人数
service_hours | 专业服务工时 | Hours of service | 服务工时 工时 服务时数
volunteers | 志愿者 | Volunteers | 志愿者人数 发展志愿者 志愿者招募
volunteer_hours | 志愿服务时长 | Volunteer hours | 志愿服务小时 志愿时长
resources_cny | 链接资源金额 | Resources linked (CNY) | 链接资源 资源链接 资源链接金额
organisations | 培育社会组织 | Organisations incubated | 孵化社会组织 培育社区社会组织 社会组织培育
training_sessions | 培训 | Training sessions | 培训场次 培训次数
supervision_hours | 督导 | Supervision hours | 督导时数 督导小时 督导时长
publicity_events | 宣传 | Publicity events | 宣传活动 政策宣传 宣传次数
""")

MEASURE_UNITS = values("""
case | 个（个案） | cases | 个案
group | 个（小组） | groups | 小组
piece | 个 | items | 项 件 份
activity | 场 | activities | 场次
session | 次 | sessions | 节 次数
household | 户 | households | 户数
person | 人 | persons | 名 人数 位
person_time | 人次 | person-times | 人次数
hour | 小时 | hours | 时 工时
CNY | 元 | CNY | 人民币
organisation | 家 | organisations | 家(组织)
""")


class Stations(
    Table, zh="站点基本信息", en="Stations", key="station_id",
    about_zh="每个社工站（总站、社工室）一行。", about_en="A row for each station, main station or room.",
    sheets="站点基本信息 站点信息 社工站基本信息 站点台账 社工站信息 站点一览 站点概况 基本情况 社工站一览",
):
    """Stations: what they are, since when, how large, run and paid by whom."""

    station_id = column("code", "社工站编号", "Station ID", "社工站的唯一编号。", "Unique ID of the station.", "站点编号 站点代码 社工站代码 站点编码", required=True, fill="region", example="522702101")
    name = column("text", "社工站名称", "Station name", "社工站全称。", "Full name of the station.", "站点名称 名称 社工站 站点 站名 服务站名称", required=True, example="示范镇社工站")
    region_code = column("code", "行政区划代码", "Region code", "所在乡镇（街道）的 9 位代码；县级总站写县的 6 位代码。写名称也可识别。", "Code of the township unit (9 digits), of the county (6) for a main station; names are understood too.",
        "区划代码 乡镇(街道) 乡镇街道 所属乡镇 所在乡镇 所属乡镇(街道) 所在乡镇(街道) 乡镇 街道 镇街 镇(街) 所属街道 地区代码", required=True, pattern=r"[0-9]{6}([0-9]{3})?", source="国家统计局统计用区划代码", example="522702101")
    county = column("text", "县（市、区）", "County", "所在县（市、区）名称，帮助识别乡镇。", "Name of the county; helps to find the township.", "县 县区 区县 所属区县 县(市) 所在县 所属县 市县 县(区)", example="示范县")
    kind = column("category", "站点类型", "Kind", "总站、乡镇（街道）站或村（社区）室。", "Main station, township station or village room.", "类型 站点级别 站点层级 级别 类别", values=STATION_KINDS, required=True, fill="kind", example="乡镇（街道）社工站")
    main_station_id = column("code", "所属总站编号", "Main station ID", "所属县级社工总站的编号。", "ID of the main station above it.", "所属总站 总站编号 上级总站", reference=Reference("stations", "station_id", by="name"))
    opened_on = column("date", "建站时间", "Opened on", "挂牌或开始服务的日期。", "The day it opened to the public.", "挂牌时间 建站日期 成立时间 挂牌日期 成立日期 启用时间 运营时间 开站时间", low=common.FIRST_DAY, example="2022-05-01")
    closed_on = column("date", "撤站时间", "Closed on", "停止服务的日期；仍在运营的留空。", "The day it closed; empty while it runs.", "停止运营时间 撤销时间 停运时间 撤站日期", low=common.FIRST_DAY)
    address = column("text", "站点地址", "Station address", "社工站的对外服务地址（公开信息）。", "Public address of the station.", "地址 站址 办公地址 社工站地址 详细地址 站点位置", example="示范镇政务服务中心一楼")
    area_m2 = column("decimal", "办公面积", "Floor area (m²)", "社工站场所的使用面积。", "Usable floor area of the premises.", "面积 场地面积 建筑面积 使用面积 站点面积 办公场地面积 服务场所面积 场所面积", unit="m2", low=0, high=100_000, example="120")
    function_rooms = column("text", "功能室", "Function rooms", "设有的功能室名称。", "Names of its function rooms.", "功能室设置 功能分区 功能区 功能用房 功能室(个案室/小组室/活动室)", example="个案室、小组室、活动室")
    has_case_room = common.evidence("个案室", "Case room", "是否设有个案工作室。", "Whether it has a room for case work.", "个案工作室 有无个案室")
    has_group_room = common.evidence("小组室", "Group room", "是否设有小组工作室。", "Whether it has a room for group work.", "小组工作室 小组活动室 有无小组室")
    has_activity_room = common.evidence("活动室", "Activity room", "是否设有活动室。", "Whether it has an activity room.", "社区活动室 多功能室 多功能活动室 有无活动室")
    operator = column("text", "承接机构", "Operator", "承接运营的机构全称；直聘的写聘用单位。", "The organisation that runs the station; the employer where directly run.", "运营机构 承接单位 服务机构 承接主体 运营单位 机构名称 承接社会组织", example="示范社会工作服务中心")
    operation_mode = column("category", "运营模式", "Mode of operation", "政府购买、政府直聘或混合。", "Purchased, directly employed or mixed.", "运行模式 运作模式 建设模式 运营方式 服务模式", values=OPERATION_MODES, example="政府购买服务")
    funding_source = column("category", "资金来源", "Funding source", "项目经费的主要来源。", "Main source of its money.", "经费来源 主要资金来源", values=words.FUNDING_SOURCES, example="福彩公益金")
    contract_cny = common.money("项目经费", "Contract amount (CNY)", "合同期内的合同金额。", "Amount of the current contract.", "合同金额 项目资金 项目金额 合同经费 购买金额 经费 年度经费 服务经费", example="300000")
    contract_from = column("date", "合同开始日期", "Contract from", "合同起始日。", "First day of the contract.", "合同起始日期 合同起止时间 合同期 合同期限 服务周期 项目周期 合同开始时间 服务期限 合同起止日期", low=common.FIRST_DAY, range_end="contract_to", example="2022-05-01")
    contract_to = column("date", "合同结束日期", "Contract to", "合同终止日（含）。", "Last day of the contract.", "合同终止日期 合同到期日 合同结束时间 合同截止日期", low=common.FIRST_DAY, example="2023-05-31")
    posts = common.count("核定岗位数", "Posts", "合同约定的社工岗位数。", "Posts that the contract asks for.", "岗位数 编配人数 应配人数 核定人数 配备标准 约定人数", unit="person", example="3")
    resident_workers = common.count("驻站社工人数", "Resident workers", "实际常驻站点工作的社工人数。", "Workers who really work at the station.", "驻站社工 驻站人数 社工人数 在岗人数 工作人员数 驻站社工数 在岗社工人数", unit="person", example="3")
    certified_workers = common.count("持证人数", "Certified workers", "驻站社工中持全国社会工作者职业资格证书的人数。", "Resident workers with a national social-work licence.", "持证社工人数 持证社工 持证社工数 持证数 具有资格证书人数", unit="person", example="2", source="社会工作者职业水平评价暂行规定（国人部发〔2006〕71号）")
    phone = column("text", "站点电话", "Station telephone", "社工站对外公布的座机或热线（非个人手机）。", "Public line of the station, nobody's mobile.", "服务热线 办公电话 热线电话 咨询电话 服务电话 座机 公开电话 热线", example="0000-0000000")
    contact_name = column("text", "联系人", "Contact person", "站点联系人姓名；装载时删除。", "Name of the contact person; dropped on loading.", "站长 站点负责人 负责人 联系人姓名 社工站负责人", privacy="identifier", border="drop")
    contact_phone = column("text", "联系电话", "Contact's telephone", "联系人电话；装载时删除。", "The contact's telephone; dropped on loading.", "联系方式 电话 手机 手机号 联系人电话 负责人电话", privacy="identifier", border="drop")
    note = common.NOTE
    simulated = common.SIMULATED


class Finance(
    Table, zh="财务", en="Finance", key="", date="month",
    about_zh="每站每科目（每期）一行：预算、到账、支出。", about_en="A row for each station and budget item (and month): budget, received, spent.",
    sheets="财务 财务台账 经费 资金 经费使用 资金使用 财务收支 经费支出 预算执行 收支明细 资金使用情况",
):
    """Money: budget, received, spent, per station and budget item."""

    station_id = common.STATION_ID
    month = column("month", "月份", "Month", "所属月份；全年或全合同期合计的留空。", "The month; empty where the row is for the whole contract.", "期间 所属期 年月 会计期间 时间 日期", example="2023-05")
    item = column("category", "预算科目", "Budget item", "预算科目。", "Budget item.", "科目 支出科目 项目 费用类别 支出类别 经费科目 支出项目 预算项目", values=BUDGET_ITEMS, required=True, example="人员经费")
    funding_source = column("category", "资金来源", "Funding source", "资金来源。", "Source of the money.", "经费来源 来源", values=words.FUNDING_SOURCES, example="福彩公益金")
    budget_cny = common.money("预算金额", "Budget (CNY)", "合同或批复预算。", "Budget as agreed.", "预算 预算数 合同金额 批复预算 年度预算 预算额", example="180000")
    received_cny = common.money("到账金额", "Received (CNY)", "实际到账。", "Received in fact.", "到账 到账资金 拨付金额 已拨付 到位资金 拨款金额 实际到账 实拨金额", example="180000")
    spent_cny = common.money("支出金额", "Spent (CNY)", "实际支出；冲销为负数。", "Spent in fact; reversals are negative.", "支出 实际支出 已支出 支出数 使用金额 决算 支出额", example="150000", low=-1e10)
    balance_cny = common.money("结余", "Balance (CNY)", "本站自报结余；与到账减支出核对。", "Balance as declared; compared with received minus spent.", "结余金额 余额 结存 剩余金额 实际结存", example="30000", low=-1e10)
    execution_rate = column("decimal", "执行率", "Budget execution", "本站自报执行率；与支出除以到账核对。", "Execution as declared; compared with spent over received.", "预算执行率 支出率 资金执行率 使用率", unit="fraction", low=0, high=10, example="0.83")
    note = common.NOTE
    simulated = common.SIMULATED


class Targets(
    Table, zh="指标任务", en="Targets", key="station_id measure period_from month",
    about_zh="合同约定的数量及本站申报的完成数（月报表、汇总表）。", about_en="Contracted quantities and what the station says it has done (monthly summaries).",
    sheets="指标任务 服务指标 指标完成情况 月报表 汇总表 指标 任务指标 合同指标 服务指标完成情况 工作量 指标完成 月报",
):
    """Contracted quantities, with the station's own declared totals."""

    station_id = common.STATION_ID
    measure = column("category", "指标", "Measure", "合同约定的服务指标。", "What the contract counts.", "指标名称 服务指标 任务指标 指标内容 项目 服务内容 服务项目 指标项目", values=TARGET_MEASURES, required=True, example="社区活动")
    measure_unit = column("category", "单位", "Unit", "指标的计量单位；人、人次、户、次不可混用。", "What the measure is counted in; persons, person-times, households and sessions never mix.", "计量单位 指标单位", values=MEASURE_UNITS, example="场")
    period_from = column("date", "考核期开始", "Period from", "指标所属考核期的第一天。", "First day of the period the target is for.", "考核期 起始日期 开始日期 考核周期 服务周期", low=common.FIRST_DAY, range_end="period_to", example="2022-05-01")
    period_to = column("date", "考核期结束", "Period to", "考核期最后一天（含）。", "Last day of that period.", "截止日期 结束日期 终止日期", low=common.FIRST_DAY, example="2023-05-31")
    target = column("decimal", "年度指标", "Target", "考核期内应完成的数量。", "Quantity to be delivered in the period.", "指标数 指标量 目标值 合同指标 任务数 应完成 合同约定数 年度任务 目标数 指标值 计划数", unit="measure_unit", low=0, high=1e9, example="12")
    month = column("month", "月份", "Month", "申报数所属月份。", "The month of the declared figures.", "年月 报告月份 填报月份", example="2023-05")
    declared_in_month = column("decimal", "本月", "Declared, month", "本站申报的本月完成数。", "Done in the month, as declared.", "本月完成 本月数 当月完成 本月完成数 当月", unit="measure_unit", low=0, high=1e9, example="2")
    declared_total = column("decimal", "累计", "Declared, cumulative", "本站申报的考核期累计完成数；与台账核对。", "Done so far, as declared; compared with the ledger.", "累计完成 累计数 完成数 已完成 实际完成 累计完成数 完成量 完成数量 实际完成数", unit="measure_unit", low=0, high=1e9, example="10")
    declared_rate = column("decimal", "完成率", "Declared completion", "本站申报的完成率。", "Completion, as declared.", "完成比例 指标完成率 完成进度 完成百分比", unit="fraction", low=0, high=100, example="0.83")
    note = common.NOTE
    simulated = common.SIMULATED
