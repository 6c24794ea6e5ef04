"""What stations do: cases, groups, activities, visits, and the resources that they link.

Persons, households, person-times, sessions and hours are different units; each count names its own.
Direct services are the person_times of cases, groups, activities and visits added.
"""

# fmt: off

from __future__ import annotations

from swe.ledgers.tables import common, words
from swe.ledgers.tables.spec import Table, column, values

CASE_WORK = "MZ/T 094-2017"
GROUP_WORK = "MZ/T 095-2017"
COMMUNITY_WORK = "MZ/T 071-2016"

CASE_PROBLEMS = values("""
livelihood | 生活救助 | Livelihood | 经济困难 生活困难 救助申请 基本生活
emotional | 心理情绪 | Emotional | 心理疏导 情绪支持 情绪疏导 心理支持
family | 家庭关系 | Family | 家庭矛盾 亲子关系 婚姻家庭 家庭教育
health_care | 健康照护 | Health and care | 照料护理 健康 就医 医疗 康复
schooling | 学业成长 | Schooling | 学习辅导 学业 行为偏差 行为辅导
employment | 就业支持 | Employment | 就业 就业帮扶
social_integration | 社会融入 | Social integration | 人际交往 社会支持 人际关系
protection | 权益保护 | Protection | 家暴 权益维护 维权 侵害 法律援助
crisis | 危机介入 | Crisis | 危机 自杀风险 突发事件 危机干预
policy | 政策咨询 | Policy advice | 政策 咨询 政策落实
other | 其他 | Other | 其它
""")

CLOSING_REASONS = values("""
goals_reached | 目标达成 | Goals reached | 达成目标 目标实现 目标已达成 已达成目标 正常结案
referred | 转介 | Referred | 转介结案 转案
withdrawn | 服务对象退出 | Withdrawn by the client | 案主退出 服务对象要求结案 拒绝服务 主动退出
moved | 迁出 | Moved away | 搬迁 搬离 外出 失联
deceased | 死亡 | Deceased | 去世 离世
ended_by_station | 站点终止 | Ended by the station | 机构终止 项目结束 合同到期 社工离职
other | 其他 | Other | 其它
""")

GROUP_KINDS = values("""
support | 支持小组 | Support | 支持性小组 支持 互助小组 支持性
growth | 成长小组 | Growth | 成长性小组 发展小组 成长 成长性
education | 教育小组 | Education | 教育性小组 学习小组 教育 教育性
recreation | 兴趣小组 | Recreation | 康乐小组 娱乐小组 兴趣 兴趣类
treatment | 治疗小组 | Treatment | 治疗性小组 治疗
socialisation | 社会化小组 | Socialisation | 社交小组 社会化
task | 任务小组 | Task | 社会行动小组 志愿者小组 任务
other | 其他 | Other | 其它
""")

ACTIVITY_KINDS = values("""
publicity | 宣传活动 | Publicity | 政策宣传 宣传 宣传倡导 倡导
festival | 节庆活动 | Festival | 节日活动 节日慰问 节庆
education | 教育讲座 | Talks and courses | 讲座 健康讲座 课堂 知识讲座 培训讲座
recreation | 文娱活动 | Recreation | 文体活动 康乐活动 文娱
relief | 慰问帮扶 | Relief | 慰问 帮扶 物资发放 送温暖 关爱慰问
volunteering | 志愿服务 | Volunteering | 志愿活动 志愿者活动
governance | 协商议事 | Deliberation | 居民议事 议事会 社区治理 居民协商
screening | 义诊便民 | Clinics and errands | 义诊 便民服务 义剪 便民活动
other | 其他 | Other | 其它
""")

# 五社联动: 社区、社会组织、社会工作者、社区志愿者、社会慈善资源 (docs/background.md, service domains; R035, R052).
FIVE_PARTIES = values("""
community | 社区 | Community | 村居 村(社区) 村居委 居委会 村委会
social_organisation | 社会组织 | Social organisation | 社区社会组织 机构 协会
social_worker | 社会工作者 | Social worker | 社工 社工人才 社会工作人才
volunteer | 社区志愿者 | Volunteer | 志愿者 志愿者队伍 志愿服务队
charity_resource | 社会慈善资源 | Charity resource | 慈善资源 企业 爱心企业 基金会 慈善组织 爱心人士 公益慈善资源
government | 政府部门 | Government | 党政部门 部门 政府 群团组织
""")

RESOURCE_KINDS = values("""
money | 资金 | Money | 现金 善款 捐款 经费
goods | 物资 | Goods | 实物 捐物 物品 慰问品
volunteer_service | 志愿服务 | Volunteer service | 志愿 人力 志愿者 志愿者服务
venue | 场地 | Venue | 场所 阵地
expertise | 专业服务 | Expertise | 技术 医疗 法律 专家 专业支持
organisation | 组织培育 | Organisation founded | 社区社会组织培育 孵化 社会组织孵化 备案
information | 信息政策 | Information | 信息 政策 平台
other | 其他 | Other | 其它
""")


class Cases(
    Table, zh="个案台账", en="Cases", key="station_id case_id", date="opened_on", source=CASE_WORK,
    about_zh="每个个案一行。", about_en="A row for each case.",
    sheets="个案台账 个案 个案服务 个案登记 个案汇总 个案服务台账 个案工作 个案明细",
):
    """Case work: from intake to closing, with what shows its quality."""

    station_id = common.STATION_ID
    case_id = column("code", "个案编号", "Case number", "站内唯一的个案编号。", "Number of the case within the station.", "编号 案号 个案号 个案代码", required=True, fill="row", example="GA001")
    client_id = common.CLIENT_ID
    client_category = common.CLIENT_CATEGORY
    problem = column("category", "类别", "Problem", "个案的主要问题类型。", "Main kind of problem.", "个案类别 个案类型 问题类型 类型 问题类别 服务类型", values=CASE_PROBLEMS, privacy="sensitive", example="心理情绪")
    service_domain = common.SERVICE_DOMAIN
    delivery_mode = common.DELIVERY_MODE
    worker_id = common.WORKER_ID
    opened_on = column("date", "接案日期", "Opened on", "接案（建立专业关系）的日期。", "The day of intake.", "接案时间 开案日期 立案日期 开案时间 建案日期 开始日期 日期 起止日期 服务起止时间", low=common.FIRST_DAY, range_end="closed_on", required=True, source=CASE_WORK, example="2023-03-01")
    stage = column("category", "个案阶段", "Stage", "个案工作所处阶段：接案、预估、计划、介入、评估、结案。", "Stage of case work: intake, assessment, planning, intervention, evaluation, closed.", "阶段 状态 进展 进度 个案状态 服务阶段 目前阶段 是否结案 当前阶段 个案进展", values=words.CASE_STAGES, source=CASE_WORK, example="结案")
    contacts = common.count("面谈次数", "Contacts", "与服务对象的面谈、入户等专业接触次数。", "Professional contacts with the client.", "服务次数 会谈次数 跟进次数 介入次数 接触次数 面谈 个案服务次数 会谈节数", unit="session", example="6")
    person_times = common.count("服务人次", "Person-times", "服务人次（含家属等同时受服务者）。", "Person-times, with family members served at the same time.", "人次 总人次 个案服务人次", unit="person_time", example="6")
    hours = common.HOURS
    need = common.prose("问题/需求", "Need", "问题与需求；默认不装载。", "Problem and need; not loaded by default.", "需求 问题 主要问题 问题与需求 服务需求 存在问题 个案需求 问题需求 案主问题", example="情绪低落，缺少支持")
    goals = common.prose("目标", "Goals", "服务目标；装载时只留是否写明。", "Goals; only whether they are written is kept.", "服务目标 个案目标 介入目标 目标与计划", example="改善情绪，建立支持", becomes="has_goals")
    has_goals = column("boolean", "有无目标", "Goals written", "是否写明服务目标。", "Whether goals are written down.", "是否有目标", source=CASE_WORK, entry=False)
    pre_score = column("decimal", "前测", "Pre-test score", "介入前的量表得分。", "Score on the scale before the intervention.", "前测得分 前测分数 前测分 介入前得分 前测值", unit="point", low=-1000, high=1000, privacy="sensitive", example="18")
    post_score = column("decimal", "后测", "Post-test score", "介入后同一量表的得分。", "Score on the same scale after it.", "后测得分 后测分数 后测分 介入后得分 后测值", unit="point", low=-1000, high=1000, privacy="sensitive", example="9")
    scale = column("text", "量表", "Scale", "前后测所用量表的名称。", "Name of the scale.", "量表名称 测量工具 评估工具 评估量表", example="PHQ-9")
    goal_attainment = column("integer", "目标达成", "Goal attainment", "目标达成程度，0 没有进展 … 4 全部达成。", "Attainment of goals, 0 none … 4 full.", "目标达成情况 目标达成度 目标完成情况 达成情况 目标实现程度 目标达成程度", unit="point", low=0, high=4, values=words.GOAL_ATTAINMENT, source="全国社会工作者职业水平考试大纲", example="3")
    satisfaction = column("integer", "满意度", "Satisfaction", "服务对象的满意度，1–5。", "The client's satisfaction, 1–5.", "服务对象满意度 案主满意度 服务满意度", unit="point", low=1, high=5, values=words.LIKERT_SATISFACTION, example="5")
    closed_on = column("date", "结案日期", "Closed on", "结案日期；未结案留空。", "The day of closing; empty while open.", "结案时间 结束日期 结束时间 完结日期", low=common.FIRST_DAY, source=CASE_WORK, example="2023-05-20")
    closing_reason = column("category", "结案原因", "Closing reason", "结案的原因。", "Why the case was closed.", "结案类型 结案理由 结案方式 结案情况", values=CLOSING_REASONS, source=CASE_WORK, example="目标达成")
    doc_intake = common.evidence("接案表", "Intake form", "接案文书是否齐全。", "Whether the intake form is there.", "接案记录 接案登记表 个案接案表", source=CASE_WORK)
    doc_assessment = common.evidence("预估表", "Assessment form", "预估文书是否齐全。", "Whether the assessment is there.", "需求评估表 预估报告 个案预估表", source=CASE_WORK)
    doc_plan = common.evidence("计划书", "Plan", "服务计划与协议是否齐全。", "Whether plan and agreement are there.", "服务计划书 个案计划书 服务计划表 个案计划", source=CASE_WORK)
    doc_intervention = common.evidence("过程记录", "Process records", "过程记录是否齐全。", "Whether the process records are there.", "服务记录 面谈记录 个案过程记录 介入记录", source=CASE_WORK)
    doc_evaluation = common.evidence("评估表", "Evaluation form", "成效评估文书是否齐全。", "Whether the evaluation is there.", "成效评估表 个案评估表 评估报告", source=CASE_WORK)
    doc_closing = common.evidence("结案表", "Closing form", "结案文书是否齐全。", "Whether the closing form is there.", "结案报告 结案记录 个案结案表", source=CASE_WORK)
    process_notes = common.prose("服务过程", "Process notes", "过程简述；默认不装载，只用于查重。", "Short account; not loaded by default, used to find copied text.", "过程 服务过程简述 介入过程 服务情况 主要过程 服务内容")
    entry_date = common.ENTRY_DATE
    note = common.NOTE
    simulated = common.SIMULATED


class Groups(
    Table, zh="小组台账", en="Groups", key="station_id group_id", date="started_on", source=GROUP_WORK,
    about_zh="每个小组（全部节次）一行。", about_en="A row for each group with all its sessions.",
    sheets="小组台账 小组 小组工作 小组服务 小组汇总 小组活动 小组服务台账 小组明细 小组活动台账 小组活动记录",
):
    """Group work: sessions, members, attendance, change."""

    station_id = common.STATION_ID
    group_id = column("code", "小组编号", "Group number", "站内唯一的小组编号。", "Number of the group within the station.", "编号 小组号 小组代码", required=True, fill="row", example="XZ001")
    name = common.prose("小组名称", "Group name", "小组名称（勿含人名）。", "Name of the group (no personal names).", "名称 小组 小组主题 主题", example="银龄互助小组")
    kind = column("category", "小组类型", "Kind of group", "小组的类型。", "Kind of group.", "类型 小组性质 小组类别 类别 性质", values=GROUP_KINDS, source=GROUP_WORK, example="支持小组")
    service_domain = common.SERVICE_DOMAIN
    target_group = common.TARGET_GROUP
    delivery_mode = common.DELIVERY_MODE
    worker_id = common.WORKER_ID
    started_on = column("date", "开始日期", "Started on", "第一节的日期。", "Day of the first session.", "起止日期 开始时间 开组日期 起始日期 起止时间 日期 小组时间 活动时间 活动日期 开组时间", low=common.FIRST_DAY, range_end="ended_on", required=True, example="2023-03-04")
    ended_on = column("date", "结束日期", "Ended on", "最后一节的日期；未结束留空。", "Day of the last session; empty while running.", "结束时间 结组日期 终止日期 结组时间", low=common.FIRST_DAY, example="2023-04-15")
    stage = column("category", "小组阶段", "Stage", "小组所处阶段：筹备、形成、转折、成熟、结束。", "Stage: preparation, forming, transition, maturity, ending.", "阶段 状态 进展 进度 小组状态 是否结组", values=words.GROUP_STAGES, source=GROUP_WORK, example="结束期")
    sessions = common.count("节数", "Sessions", "实际开展的节数。", "Sessions held.", "小组节数 活动节数 次数 开展节数 活动次数 小组节次 节次", unit="session", source=GROUP_WORK, example="6")
    participants = common.count("组员人数", "Members", "组员人数（一人计一次）。", "Members, each counted once.", "参与人数 人数 小组人数 组员数 参加人数 成员人数 服务人数", unit="person", example="10")
    person_times = common.count("总人次", "Person-times", "各节出席人数之和。", "Attendances added over the sessions.", "服务人次 人次 参与人次 总服务人次 出席人次 累计人次 小组人次", unit="person_time", example="55")
    attendance_rate = column("decimal", "出席率", "Attendance rate", "总人次除以组员人数与节数之积。", "Person-times over members × sessions.", "出勤率 到会率 组员出席率", unit="fraction", low=0, high=10, example="0.92")
    volunteers = common.count("志愿者人数", "Volunteers", "参与服务的志愿者人数。", "Volunteers who helped.", "志愿者 志愿者数 志愿者参与人数", unit="person", example="2")
    hours = common.HOURS
    amount_cny = common.money("经费", "Cost (CNY)", "直接支出。", "Direct cost.", "活动经费 支出金额 费用 支出 使用经费 小组经费", example="600")
    pre_score = column("decimal", "前测", "Mean pre-test score", "组员前测平均分。", "Mean score of the members before.", "前测得分 前测平均分 前测均值 前测分数", unit="point", low=-1000, high=1000, example="52.0")
    post_score = column("decimal", "后测", "Mean post-test score", "组员后测平均分。", "Mean score of the members after.", "后测得分 后测平均分 后测均值 后测分数", unit="point", low=-1000, high=1000, example="66.5")
    has_pre_post = common.evidence("前后测", "Pre and post test", "是否做前后测。", "Whether there was a test before and after.", "有无前后测 前后测情况 是否前后测", source=GROUP_WORK)
    satisfaction_rate = common.SATISFACTION_RATE
    place = common.prose("地点", "Place", "开展地点；默认不装载。", "Where it was held; not loaded by default.", "活动地点 开展地点 服务地点", example="示范村活动室")
    doc_plan = common.evidence("小组计划书", "Plan", "小组计划书是否齐全。", "Whether the plan is there.", "计划书 策划书 小组策划书 小组方案", source=GROUP_WORK)
    doc_sessions = common.evidence("小组过程记录", "Session records", "每节过程记录是否齐全。", "Whether the record of each session is there.", "过程记录 小组记录 节次记录 活动记录", source=GROUP_WORK)
    doc_evaluation = common.evidence("小组评估报告", "Evaluation report", "小组评估（总结）报告是否齐全。", "Whether the evaluation report is there.", "总结报告 评估报告 小组总结 小组总结报告 评估表", source=GROUP_WORK)
    sign_in_sheet = common.evidence("签到表", "Sign-in sheet", "签到表是否齐全。", "Whether sign-in sheets are there.", "签到 有无签到表 签到表情况")
    photos = common.evidence("照片", "Photos", "活动照片是否齐全。", "Whether photos are there.", "活动照片 图片 有无照片")
    entry_date = common.ENTRY_DATE
    note = common.NOTE
    simulated = common.SIMULATED


class Activities(
    Table, zh="社区活动台账", en="Activities", key="station_id activity_id", date="date", source=COMMUNITY_WORK,
    about_zh="每场社区活动一行。", about_en="A row for each community activity.",
    sheets="社区活动台账 社区活动 活动台账 活动 活动登记 活动汇总 社区服务 社区活动汇总 活动明细 主题活动",
):
    """Community activities: one row an event."""

    station_id = common.STATION_ID
    activity_id = column("code", "活动编号", "Activity number", "站内唯一的活动编号。", "Number of the activity within the station.", "编号 活动号 活动代码", required=True, fill="row", example="HD001")
    name = common.prose("活动名称", "Activity name", "活动名称（勿含人名）。", "Name of the activity (no personal names).", "名称 活动", example="重阳敬老活动")
    theme = common.prose("主题", "Theme", "活动主题；默认不装载。", "Theme; not loaded by default.", "活动主题 主题名称", example="敬老爱老")
    kind = column("category", "活动类型", "Kind of activity", "活动的类型。", "Kind of activity.", "类型 活动类别 类别 活动性质", values=ACTIVITY_KINDS, example="节庆活动")
    service_domain = common.SERVICE_DOMAIN
    target_group = common.TARGET_GROUP
    delivery_mode = common.DELIVERY_MODE
    worker_id = common.WORKER_ID
    date = column("date", "日期", "Date", "活动日期（多日活动写第一天）。", "Day of the activity (the first, where there are several).", "活动日期 活动时间 时间 开展时间 开展日期 服务日期 举办时间", low=common.FIRST_DAY, required=True, example="2023-05-12")
    place = common.prose("地点", "Place", "活动地点；默认不装载。", "Where it was held; not loaded by default.", "活动地点 开展地点 服务地点 举办地点", example="示范村广场")
    participants = common.count("参与人数", "Participants", "参加者人数（一人计一次，不含社工和志愿者）。", "Participants, each counted once, without workers and volunteers.", "人数 参加人数 服务人数 活动人数 受益人数 参与居民人数", unit="person", example="45")
    person_times = common.count("服务人次", "Person-times", "参与人次。", "Attendances.", "人次 参与人次 总人次 受益人次 活动人次", unit="person_time", example="45")
    volunteers = common.count("志愿者人数", "Volunteers", "参与服务的志愿者人数。", "Volunteers who helped.", "志愿者 志愿者数 志愿者参与人数 参与志愿者", unit="person", example="6")
    hours = common.HOURS
    amount_cny = common.money("经费", "Cost (CNY)", "直接支出。", "Direct cost.", "活动经费 支出金额 费用 支出 使用经费 活动支出", example="800")
    satisfaction_rate = common.SATISFACTION_RATE
    sign_in_sheet = common.evidence("签到表", "Sign-in sheet", "签到表是否齐全。", "Whether the sign-in sheet is there.", "签到 有无签到表 照片/签到表 签到表情况")
    photos = common.evidence("照片", "Photos", "活动照片是否齐全。", "Whether photos are there.", "活动照片 图片 有无照片")
    doc_plan = common.evidence("活动方案", "Plan", "活动方案是否齐全。", "Whether the plan is there.", "活动计划书 策划书 方案 活动策划", source=COMMUNITY_WORK)
    doc_summary = common.evidence("活动总结", "Summary", "活动总结是否齐全。", "Whether the summary is there.", "总结 活动报告 活动总结报告 评估表", source=COMMUNITY_WORK)
    entry_date = common.ENTRY_DATE
    note = common.NOTE
    simulated = common.SIMULATED


class Visits(
    Table, zh="走访探访记录", en="Visits", date="date",
    about_zh="每次走访（入户、电话、视频）一行；多户合写的填户数。", about_en="A row for each visit (home, telephone, video); several households may share a row.",
    sheets="走访探访记录 走访 探访 走访记录 入户走访 走访台账 探访记录 入户探访 走访探访 入户 探访台账 走访探访台账",
):
    """Visits: households and person-times, never mixed."""

    station_id = common.STATION_ID
    visit_id = column("code", "走访编号", "Visit number", "走访编号（可不填）。", "Number of the visit (may be empty).", "编号 探访编号 记录编号", example="ZF001")
    date = column("date", "日期", "Date", "走访日期。", "Day of the visit.", "走访日期 探访日期 走访时间 探访时间 服务日期 时间 入户时间 入户日期", low=common.FIRST_DAY, required=True, example="2023-05-10")
    delivery_mode = common.DELIVERY_MODE
    households = common.count("走访户数", "Households", "走访的户数。", "Households visited.", "户数 探访户数 入户户数 走访家庭数", unit="household", example="1")
    persons = common.count("走访人数", "Persons", "走访的人数（一人计一次）。", "Persons visited, each counted once.", "人数 探访人数 服务人数", unit="person", example="2")
    person_times = common.count("服务人次", "Person-times", "服务人次。", "Person-times.", "人次 走访人次 探访人次 走访人次数", unit="person_time", example="2")
    client_id = common.CLIENT_ID
    client_category = common.CLIENT_CATEGORY
    service_domain = common.SERVICE_DOMAIN
    worker_id = common.WORKER_ID
    hours = common.HOURS
    situation = common.prose("情况", "Situation", "走访情况；默认不装载。", "What was found; not loaded by default.", "走访情况 基本情况 探访情况 走访内容 服务内容 记录 探访内容 主要情况")
    need = common.prose("需求", "Need", "发现的需求；默认不装载。", "Need found; not loaded by default.", "发现需求 需求情况 问题需求 存在问题 问题 服务需求")
    action = common.prose("处理", "Action", "处理与跟进；默认不装载。", "What was done; not loaded by default.", "处理情况 处理结果 跟进情况 跟进措施 处理意见 后续跟进 服务跟进")
    entry_date = common.ENTRY_DATE
    note = common.NOTE
    simulated = common.SIMULATED


class Linkages(
    Table, zh="五社联动", en="Resource linkage", date="date",
    about_zh="每次链接的资源、培育的组织或动员的志愿者一行。", about_en="A row for each resource linked, organisation founded or volunteers brought in.",
    sheets="五社联动 资源链接 资源 资源台账 资源链接台账 链接资源 慈善资源 五社联动台账 社会组织 志愿者台账",
):
    """Five-party linkage: money, goods, volunteers and organisations brought in."""

    station_id = common.STATION_ID
    date = column("date", "日期", "Date", "链接日期。", "Day of the linkage.", "链接日期 时间 链接时间 捐赠日期 服务日期 捐赠时间", low=common.FIRST_DAY, required=True, example="2023-04-20")
    party = column("category", "联动主体", "Party", "五社中的哪一方。", "Which of the five parties.", "主体 五社类别 资源方类型 主体类型 资源主体 资源方类别", values=FIVE_PARTIES, source="五社联动（社区、社会组织、社会工作者、社区志愿者、社会慈善资源）", example="社会慈善资源")
    partner = common.prose("资源方", "Partner", "资源方名称；可能是个人，默认不装载。", "Name of the partner; may be a person, so not loaded by default.", "资源方名称 合作方 捐赠方 合作单位 链接单位 提供方 资源提供方 捐赠人 捐赠单位", example="示范公益基金会")
    resource_kind = column("category", "资源类型", "Kind of resource", "资金、物资、志愿服务等。", "Money, goods, volunteer service and so on.", "类型 资源类别 类别 资源种类", values=RESOURCE_KINDS, example="物资")
    quantity = column("decimal", "数量", "Quantity", "数量（单位见下一列）。", "Quantity, in the unit of the next column.", "资源数量 物资数量", low=0, high=1e9, example="30")
    quantity_unit = column("text", "数量单位", "Unit of quantity", "数量的单位，如箱、套、件。", "Unit of the quantity, such as boxes or sets.", "单位 计量单位", example="箱")
    amount_cny = common.money("折合金额", "Value (CNY)", "折合人民币金额。", "Value in CNY.", "金额 折合金额 折算金额 资源金额 价值 折合人民币 捐赠金额", example="3000")
    beneficiaries = common.count("受益人数", "Beneficiaries", "受益人数（一人计一次）。", "Persons who benefited, each counted once.", "受益人 惠及人数 服务人数", unit="person", example="30")
    volunteers = common.count("志愿者人数", "Volunteers", "动员的志愿者人数。", "Volunteers brought in.", "志愿者 志愿者数", unit="person", example="8")
    volunteer_hours = column("decimal", "服务时长", "Volunteer hours", "志愿服务总时长（人·小时）。", "Hours given by all volunteers together.", "志愿服务时长 志愿时长 服务小时 志愿服务小时 服务时数", unit="hour", low=0, high=1e7, example="16")
    organisation = column("text", "社会组织名称", "Organisation founded", "所培育的社会组织名称（公开登记信息）。", "Name of the organisation that was founded (public registration).", "社会组织 培育组织名称 孵化组织 社区社会组织名称 组织名称")
    registered_on = column("date", "备案日期", "Registered on", "所培育社会组织的备案日期。", "Day of registration of the organisation founded.", "备案时间 登记备案日期 成立日期", low=common.FIRST_DAY)
    service_domain = common.SERVICE_DOMAIN
    worker_id = common.WORKER_ID
    entry_date = common.ENTRY_DATE
    note = common.NOTE
    simulated = common.SIMULATED
