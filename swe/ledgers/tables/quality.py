"""Quality: training and supervision, scores by raters, what was seen on site, what people say in the survey.

Answers belong to persons: respondents and raters pass the border as pseudonyms.
"""

# fmt: off

from __future__ import annotations

from swe.ledgers.tables import common, words
from swe.ledgers.tables.spec import Column, Table, column, values

SUPERVISION_KINDS = values("""
individual | 个别督导 | Individual | 个体督导 个人督导 个别
group | 团体督导 | Group | 小组督导 集体督导 团体
peer | 同辈督导 | Peer | 朋辈督导
case | 个案督导 | Case | 专案督导
on_site | 现场督导 | On site | 实地督导 驻点督导
""")

TRAINING_KINDS = values("""
pre_service | 岗前培训 | Pre-service | 入职培训 岗前
in_service | 在职培训 | In-service | 业务培训 能力提升 专业培训 日常培训
licence | 考前培训 | Licence examination | 职业水平考试培训 考证培训
management | 管理培训 | Management | 财务培训 项目管理培训
volunteers | 志愿者培训 | For volunteers | 骨干培训 社区骨干培训
other | 其他 | Other | 其它
""")

# Nansha's design (docs/background.md, evaluation), with the station's own rating.
RATER_SOURCES = values("""
third_party | 第三方评估 | Third party | 第三方 评估机构 专家 第三方机构
purchaser | 购买方 | Purchaser | 镇街 乡镇(街道) 街道 购买方评价
village | 村居 | Village committee | 村居委 村(社区) 社区 村居委会
supervisor | 监督方 | Supervising bureau | 民政部门 民政局 区民政 主管部门
self | 自评 | Station itself | 站点自评 社工站自评 自我评价
""")

FINDING_KINDS = values("""
falsification | 弄虚作假 | Falsification | 造假 虚报 伪造 虚假服务 虚假材料
safety_accident | 安全事故 | Safety accident | 安全责任事故 重大安全事故 事故
misappropriation | 挪用资金 | Misappropriation | 挪用 违规使用资金 套取资金 截留
privacy_breach | 泄露隐私 | Privacy breach | 隐私泄露 信息泄露 泄露个人信息
files | 档案文书 | Files | 档案 文书 资料缺失 档案不规范 台账
premises | 场地设施 | Premises | 场地 阵地 设施 硬件
staffing | 人员配备 | Staffing | 人员 人员不足 队伍
management | 制度管理 | Management | 制度 管理 内部管理
service_quality | 服务质量 | Service quality | 服务 专业性 专业服务
targets | 指标进度 | Targets | 指标 进度滞后 指标未完成
finance | 财务管理 | Finance | 财务 资金 财务不规范
good_practice | 特色亮点 | Good practice | 亮点 特色 经验
other | 其他 | Other | 其它
""")

SEVERITIES = values("""
veto | 一票否决 | Veto | 否决
major | 严重 | Major | 重大 严重问题
minor | 一般 | Minor | 一般问题 轻微
note | 提示 | Note | 建议 参考
""")

EVIDENCE_SOURCES = values("""
on_site | 实地查看 | Seen on site | 现场查看 实地 现场
documents | 资料查阅 | Documents | 查阅资料 查阅档案 档案查阅
interview | 访谈 | Interview | 座谈 访谈交流
call_back | 电话回访 | Call-back | 回访 电话访问
report | 投诉举报 | Complaint | 投诉 举报 信访
""")

RESPONDENT_TYPES = values("""
client | 服务对象 | Client | 居民 受益人 案主 服务对象及家属
village | 村居 | Village committee | 村居委 村(社区) 社区 村居委会 村居工作人员
partner | 合作方 | Partner | 合作单位 志愿者 社会组织
purchaser | 购买方 | Purchaser | 镇街 乡镇(街道) 民政 民政部门
public | 普通居民 | General public | 辖区居民 群众 路人
""")

SURVEY_MODES = values("""
phone | 电话 | Telephone | 电话访问 电访 电话回访
field | 实地 | Face to face | 面访 现场 入户 实地访问 现场访问
online | 网络 | Online | 线上 问卷星 微信 网络问卷
paper | 纸质 | Paper | 自填 纸质问卷
""")

SURVEY_OUTCOMES = values("""
complete | 有效 | Complete | 完成 成功 有效问卷 接通
partial | 部分完成 | Partial | 中断
refused | 拒访 | Refused | 拒绝 拒绝访问
no_contact | 无法接通 | No contact | 无人接听 空号 停机 未接通 错号
not_eligible | 不符合条件 | Not eligible | 不符合 非服务对象 无效
""")


class Supervision(
    Table, zh="督导记录", en="Supervision", date="date",
    about_zh="每次督导一行。", about_en="A row for each supervision.",
    sheets="督导记录 督导 督导台账 督导记录表 督导情况",
):
    """Supervision: hours that workers were supervised."""

    station_id = common.STATION_ID
    date = column("date", "督导日期", "Date", "督导日期。", "Day of the supervision.", "日期 时间 督导时间", low=common.FIRST_DAY, required=True, example="2023-05-08")
    worker_id = common.WORKER_ID
    supervisor = column("text", "督导者", "Supervisor", "督导者姓名；装载时换成假名。", "Name of the supervisor; becomes a pseudonym.", "督导 督导姓名 督导人 督导老师 督导者姓名", privacy="identifier", border="pseudonym")
    kind = column("category", "督导类型", "Kind of supervision", "督导的类型。", "Kind of supervision.", "类型 督导形式 督导类别", values=SUPERVISION_KINDS, example="团体督导")
    delivery_mode = common.DELIVERY_MODE
    hours = column("decimal", "督导时数", "Hours", "本次督导小时数。", "Hours of this supervision.", "督导时长 时长 小时 督导小时数 时数", unit="hour", low=0, high=100, required=True, example="2")
    participants = common.count("参加人数", "Participants", "接受督导的人数。", "Workers supervised.", "人数 参与人数 被督导人数", unit="person", example="3")
    content = common.prose("督导内容", "Content", "督导内容；默认不装载。", "What was discussed; not loaded by default.", "内容 督导主题 主题")
    entry_date = common.ENTRY_DATE
    note = common.NOTE
    simulated = common.SIMULATED


class Training(
    Table, zh="培训记录", en="Training", date="date",
    about_zh="每次培训一行（多人参加写人数）。", about_en="A row for each training (with the number who took part).",
    sheets="培训记录 培训 培训台账 培训情况 学习培训",
):
    """Training: hours and people."""

    station_id = common.STATION_ID
    date = column("date", "培训日期", "Date", "培训日期（多日写第一天）。", "Day of the training (the first of several).", "日期 时间 培训时间", low=common.FIRST_DAY, required=True, example="2023-02-15")
    worker_id = common.WORKER_ID
    topic = common.prose("培训主题", "Topic", "培训主题；默认不装载。", "Topic; not loaded by default.", "主题 培训内容 培训名称 内容 课程名称", example="个案工作实务")
    kind = column("category", "培训类型", "Kind of training", "培训的类型。", "Kind of training.", "类型 培训类别 类别", values=TRAINING_KINDS, example="在职培训")
    delivery_mode = common.DELIVERY_MODE
    hours = column("decimal", "培训时数", "Hours", "每人的培训小时数。", "Hours for each participant.", "学时 培训学时 时长 培训时长 课时 时数", unit="hour", low=0, high=1000, required=True, example="8")
    participants = common.count("参加人数", "Participants", "参加培训的人数。", "Persons trained.", "人数 参与人数 参训人数 培训人数", unit="person", example="3")
    organiser = column("text", "主办单位", "Organiser", "主办单位。", "Organiser.", "组织单位 培训单位 举办单位 培训机构", example="示范县民政局")
    entry_date = common.ENTRY_DATE
    note = common.NOTE
    simulated = common.SIMULATED


class Ratings(
    Table, zh="评分表", en="Ratings", key="station_id round rater_source rater indicator_code", date="date", form="score",
    about_zh="每名评分人对每站每指标的一个分数一行。", about_en="A row for each score that a rater gave a station on an indicator.",
    sheets="评分表 评分 打分表 评估打分 评分汇总 专家评分",
):
    """Ratings: who scored what, from which side, how high."""

    station_id = common.STATION_ID
    framework_id = column("code", "指标体系", "Framework", "所用指标体系的编号。", "ID of the framework.", "指标体系编号 评分体系", example="generic-100")
    indicator_code = column("code", "指标代码", "Indicator code", "指标体系中的指标代码。", "Code of the indicator in the framework.", "指标编号 指标编码 指标", required=True, example="B1")
    rater_source = column("category", "评分方", "Rater source", "评分来自哪一方。", "Which side the rater stands for.", "评价主体 评分主体 评价方 评估主体", values=RATER_SOURCES, required=True, source="广州市南沙区；ours", example="第三方评估")
    rater = column("code", "评分人", "Rater", "评分人编号（写姓名的，装载时换成假名）。", "Code of the rater (a name becomes a pseudonym).", "评委 专家 评分人编号 评估员 打分人 评估专家", privacy="identifier", border="pseudonym", required=True, example="R01")
    round = column("category", "评估轮次", "Round", "自评、中期、末期或抽查。", "Self-assessment, mid-term, final or spot check.", "轮次 评估阶段 评估类型 评估周期", values=words.EVALUATION_ROUNDS, required=True, example="末期评估")
    date = column("date", "评分日期", "Date", "评分日期。", "Day of the rating.", "日期 评估日期 评估时间 评分时间", low=common.FIRST_DAY, example="2023-06-05")
    score = column("decimal", "得分", "Score", "所给分数。", "Points given.", "评分 分数 打分 分值 实得分", unit="point", low=-1000, high=1000, required=True, example="8.5")
    full_points = column("decimal", "满分", "Full points", "该指标满分。", "Points the indicator can give.", "标准分 满分值 指标分值", unit="point", low=0, high=1000, example="10")
    comment = common.prose("评分说明", "Comment", "扣分或加分理由；默认不装载。", "Reason of the score; not loaded by default.", "扣分原因 评语 意见 说明 扣分说明 评分理由")
    simulated = common.SIMULATED


class Findings(
    Table, zh="现场发现", en="Findings", date="date",
    about_zh="每个发现的问题、亮点或否决事项一行。", about_en="A row for each problem, good practice or veto that was found.",
    sheets="现场发现 问题清单 发现问题 整改清单 现场检查 实地查看 问题台账 评估发现",
):
    """Findings: what was seen, how grave, whether it was put right."""

    station_id = common.STATION_ID
    date = column("date", "发现日期", "Date", "发现日期。", "Day it was found.", "日期 检查日期 检查时间 评估日期 时间", low=common.FIRST_DAY, required=True, example="2023-06-05")
    kind = column("category", "问题类型", "Kind of finding", "发现事项的类型；前三类为一票否决事项。", "Kind of finding; the first three are grounds for a veto.", "类型 类别 问题类别 事项类型 发现类型", values=FINDING_KINDS, required=True, example="档案文书")
    severity = column("category", "严重程度", "Severity", "一票否决、严重、一般或提示。", "Veto, major, minor or note.", "程度 等级 问题等级", values=SEVERITIES, required=True, example="一般")
    indicator_code = column("code", "指标代码", "Indicator code", "相关的指标代码。", "Code of the indicator concerned.", "指标编号 对应指标 指标", example="B1")
    round = column("category", "评估轮次", "Round", "自评、中期、末期或抽查。", "Self-assessment, mid-term, final or spot check.", "轮次 评估阶段 评估类型", values=words.EVALUATION_ROUNDS, example="末期评估")
    evidence_source = column("category", "发现方式", "Found through", "如何发现。", "How it was found.", "来源 检查方式 发现途径 核查方式", values=EVIDENCE_SOURCES, example="资料查阅")
    seen = common.prose("问题描述", "What was seen", "具体情况；默认不装载。", "What was seen; not loaded by default.", "问题 存在问题 情况 情况描述 发现情况 具体问题 描述", example="2 份个案缺结案表")
    suggestion = common.prose("整改建议", "Suggestion", "整改建议；默认不装载。", "What to do; not loaded by default.", "建议 整改要求 整改措施 整改意见")
    deadline = column("date", "整改期限", "Deadline", "整改期限。", "To be put right by.", "整改时限 完成时限 期限 整改截止日期", low=common.FIRST_DAY, example="2023-07-05")
    rectified = column("boolean", "是否整改", "Put right", "是否已完成整改。", "Whether it was put right.", "整改情况 是否完成整改 整改完成", example="否")
    simulated = common.SIMULATED


def awareness(zh: str, en: str, also: str) -> Column:
    """An awareness item, known or not; at least three of five known is effective awareness (广州, docs/background.md, indicator systems)."""
    return column("boolean", f"知晓：{zh}", f"Knows {en}", f"是否知晓{zh}。", f"Whether the respondent knows {en}.", also, source="广州“两度”测评", example="是")


def satisfaction(zh: str, en: str, also: str) -> Column:
    """A satisfaction item, 1 very dissatisfied … 5 very satisfied."""
    return column("integer", f"满意：{zh}", f"Satisfied with {en}", f"对{zh}的满意程度，1–5。", f"Satisfaction with {en}, 1–5.", also, unit="point", low=1, high=5, values=words.LIKERT_SATISFACTION, example="5")


class Survey(
    Table, zh="满意度问卷", en="Survey", key="station_id respondent_id", date="date",
    about_zh="每名受访者一行（含未成功者，用于计算回收率）。", about_en="A row for each person approached, those who did not answer too (for the response rate).",
    sheets="满意度问卷 满意度 问卷 满意度调查 知晓度 测评 问卷调查 知晓度满意度 两度测评",
):
    """The survey: sampling, awareness and satisfaction; a row a person approached."""

    station_id = common.STATION_ID
    respondent_id = column("code", "受访者编号", "Respondent ID", "受访者编号；装载时换成假名。", "ID of the respondent; becomes a pseudonym.", "问卷编号 编号 样本编号 答卷编号", privacy="identifier", border="pseudonym", required=True, fill="row", example="W001")
    name = column("text", "受访者姓名", "Respondent's name", "受访者姓名；装载时删除。", "Name; dropped on loading.", "姓名 受访者 受访人", privacy="identifier", border="drop")
    phone = column("text", "联系电话", "Telephone", "电话；装载时删除。", "Telephone; dropped on loading.", "电话 手机 手机号 受访者电话 联系方式", privacy="identifier", border="drop")
    date = column("date", "访问日期", "Date", "访问日期。", "Day of the interview.", "日期 调查日期 访问时间 填写时间 时间 提交时间", low=common.FIRST_DAY, example="2023-06-01")
    respondent_type = column("category", "受访者类型", "Respondent type", "受访者属于哪一类。", "Which group the respondent belongs to.", "类型 受访对象 对象类型 受访对象类型 受访者类别", values=RESPONDENT_TYPES, required=True, example="服务对象")
    mode = column("category", "访问方式", "Mode", "电话、实地、网络或纸质。", "Telephone, face to face, online or paper.", "方式 调查方式 测评方式", values=SURVEY_MODES, source="广州“两度”测评", example="电话")
    outcome = column("category", "访问结果", "Outcome", "访问是否成功；留空按有效处理。", "Whether the interview succeeded; empty means complete.", "结果 访问状态 是否有效 问卷状态", values=SURVEY_OUTCOMES, example="有效")
    service_domain = common.SERVICE_DOMAIN
    priority_client = column("boolean", "是否重点对象", "Priority client", "是否重点服务对象。", "Whether a priority client.", "重点对象 是否重点服务对象", source="广州“两度”测评", privacy="sensitive", example="是")
    sex = column("category", "性别", "Sex", "性别。", "Sex.", values=words.SEXES, privacy="quasi", example="女")
    age = column("integer", "年龄", "Age", "周岁年龄。", "Age in years.", "周岁", unit="year", low=0, high=130, privacy="quasi", example="66")
    stratum = column("code", "抽样层", "Stratum", "分层抽样的层。", "Stratum of the sample.", "层 分层", example="养老-重点-电话")
    cluster = column("code", "初级抽样单元", "Cluster", "整群抽样的初级单元（如村）。", "Primary sampling unit, such as a village.", "抽样单元 群 整群", privacy="quasi", example="C01")
    population = column("decimal", "层总体数", "Stratum population", "该层的总体数（有整群的，为初级单元数），用于有限总体修正。", "Size of the stratum (number of clusters where there are any), for the finite population correction.", "总体数 层规模 层总数", low=0, high=1e10, example="400")
    weight = column("decimal", "权数", "Weight", "抽样权数（入样概率的倒数）。", "Sampling weight, the inverse of the chance to be drawn.", "权重 抽样权重 抽样权数", low=0, high=1e7, example="8")
    awareness_1 = awareness("社工站地址", "where the station is", "知晓1 站址 知晓站址 是否知道社工站地址")
    awareness_2 = awareness("服务内容", "what it offers", "知晓2 服务内容 知晓服务内容 是否知道服务内容")
    awareness_3 = awareness("社工名单", "who its workers are", "知晓3 社工名单 知晓社工 是否认识社工")
    awareness_4 = awareness("求助渠道", "how to ask for help", "知晓4 求助渠道 知晓求助渠道 是否知道求助渠道")
    awareness_5 = awareness("经费来源", "where its money comes from", "知晓5 经费来源 知晓经费来源 是否知道经费来源")
    satisfaction_1 = satisfaction("场地环境", "the premises", "题1 q1 第1题 满意1 环境满意度")
    satisfaction_2 = satisfaction("服务态度", "the manner of the workers", "题2 q2 第2题 满意2 态度满意度")
    satisfaction_3 = satisfaction("专业能力", "the skill of the workers", "题3 q3 第3题 满意3 专业满意度")
    satisfaction_4 = satisfaction("服务及时", "how quickly help came", "题4 q4 第4题 满意4 及时性")
    satisfaction_5 = satisfaction("服务效果", "what came of it", "题5 q5 第5题 满意5 效果满意度")
    satisfaction_6 = satisfaction("总体评价", "the service as a whole", "题6 q6 第6题 满意6 总体满意度 总体满意 满意度")
    satisfaction_7 = satisfaction("自设题 7", "item 7 (own)", "题7 q7 第7题 满意7")
    satisfaction_8 = satisfaction("自设题 8", "item 8 (own)", "题8 q8 第8题 满意8")
    satisfaction_9 = satisfaction("自设题 9", "item 9 (own)", "题9 q9 第9题 满意9")
    satisfaction_10 = satisfaction("自设题 10", "item 10 (own)", "题10 q10 第10题 满意10")
    comment = common.prose("意见建议", "Comment", "意见和建议；默认不装载。", "Comments; not loaded by default.", "意见 建议 意见和建议 开放题")
    simulated = common.SIMULATED
