"""Code lists that several tables share: stored code, zh, en and what stations write for them.

Sources stand above each list; where a list says ours, no standard gives one.
"""

from __future__ import annotations

from swe.ledgers.tables.spec import values

# MZ/T 094-2017 (case work), stages in order; closed is the last.
CASE_STAGES = values("""
intake | 接案 | Intake | 立案 建案 开案 申请
assessment | 预估 | Assessment | 评估需求 需求评估 前期评估
planning | 计划 | Planning | 制定计划 服务计划 方案制定
intervention | 介入 | Intervention | 实施 服务中 跟进 跟进中 进行中 在案 服务实施
evaluation | 评估 | Evaluation | 成效评估 评估阶段 后期评估
closed | 结案 | Closed | 已结案 已结束 完结 终结 转介结案
""")

# MZ/T 095-2017 (group work), stages in order.
GROUP_STAGES = values("""
preparation | 筹备期 | Preparation | 筹备 准备期 策划
forming | 形成期 | Forming | 初期 开始期 前期
transition | 转折期 | Transition | 冲突期 磨合期
maturity | 成熟期 | Maturity | 中期 工作期 进行中
ending | 结束期 | Ending | 已结束 后期 结束 结组 完结 已结项
""")

# 穗府办〔2023〕7号 art. 4 for the first eleven; the others are ours.
CLIENT_CATEGORIES = values("""
minimum_living | 低保对象 | Minimum living allowance | 低保 低保户 最低生活保障对象 低保家庭 城乡低保
destitute | 特困人员 | Destitute person | 特困 特困供养人员 五保户 特困供养 五保
low_income_edge | 低保边缘家庭成员 | Low-income edge household | 低保边缘 低收入 低边 低收入家庭 低边户
expenditure_poor | 支出型困难家庭成员 | Expenditure-driven hardship | 支出型困难 支出型困难家庭 因病支出型困难
disabled | 残疾人 | Person with disability | 残疾 残障人士 重度残疾人 残障 持证残疾人
homeless | 流浪乞讨人员 | Homeless person | 流浪 流浪人员 流浪乞讨
left_behind_child | 农村留守儿童 | Left-behind child | 留守儿童
child_in_difficulty | 困境儿童 | Child in difficulty | 孤儿 事实无人抚养儿童 困境未成年人 孤困儿童
single_mother | 单身特困母亲 | Single mother in hardship | 单亲特困母亲 单亲母亲 困难单亲母亲
left_behind_woman | 农村留守妇女 | Left-behind woman | 留守妇女
elderly_in_difficulty | 特殊困难老年人 | Older person in difficulty | 困境老人 孤寡老人 空巢老人 独居老人 留守老人 失能老人 高龄老人 计生特殊家庭老人 特困老人
severe_illness | 重病患者 | Severely ill person | 大病患者 重病 大病 重大疾病患者
mental_disorder | 精神障碍患者 | Person with mental disorder | 精神障碍 精神病人
community_correction | 社区矫正对象 | Person in community correction | 社区矫正 社矫对象 矫正对象
elderly | 其他老年人 | Other older person | 老年人 普通老年人 老人 长者
child | 其他儿童青少年 | Other child or youth | 儿童 青少年 普通儿童 未成年人
resident | 普通居民 | Resident | 居民 村民 社区居民 普通群众 群众 一般居民
other | 其他 | Other | 其它 其他对象
""")

# 福泉 4+N and 河南 five domains put on one list (docs/background.md, service domains); the codes are ours.
SERVICE_DOMAINS = values("""
assistance | 社会救助 | Social assistance | 困弱帮扶 救助服务 社会救助服务 困难帮扶 低收入帮扶 兜底服务
elderly | 养老服务 | Services for older people | 为老服务 老年服务 老年人服务 长者服务 养老
children | 儿童福利 | Services for children | 儿童关爱 儿童服务 儿童青少年服务 未成年人保护 青少年服务 儿童
disability | 残障康复 | Disability services | 残障服务 助残服务 残疾人服务 残疾人康复 助残
community | 基层治理 | Community governance | 社区治理 社区营造 基层社会治理 社区服务 美好社区
women_family | 妇女家庭 | Women and families | 妇女服务 家庭服务 婚姻家庭 妇女儿童家庭
social_affairs | 社会事务 | Social affairs | 殡葬婚俗 移风易俗 社会事务服务
health | 健康服务 | Health services | 医务社工 精神卫生 健康 心理健康
volunteering | 志愿服务 | Volunteering | 志愿者服务 志愿
other | 其他服务 | Other | 其他 其它
""")

DELIVERY_MODES = values("""
on_site | 线下 | In person | 现场 线下服务 面对面 实地 面谈
home_visit | 入户 | Home visit | 上门 入户走访 入户探访 家访 走访 探访 上门走访
phone | 电话 | Telephone | 电访 电话访问 电话询访 电话探访
video | 视频 | Video | 视频慰问 视频访问 视频连线
online | 线上 | Online | 网络 微信 线上服务 微信群
mixed | 线上线下结合 | Mixed | 混合 线上+线下 线上加线下 结合
""")

SEXES = values("""
male | 男 | Male | 男性 男士
female | 女 | Female | 女性 女士
""")

FUNDING_SOURCES = values("""
lottery | 福彩公益金 | Welfare lottery fund | 福利彩票公益金 彩票公益金 福彩金
relief | 困难群众救助补助资金 | Relief subsidy | 救助补助资金 困难群众救助资金 社会救助资金
general_budget | 一般公共预算 | General public budget | 财政资金 财政预算 本级财政 地方财政 政府财政
social_construction | 社会建设专项资金 | Social construction fund | 社建资金 专项资金
charity | 慈善资源 | Charity | 慈善资金 社会捐赠 慈善组织资助 基金会资助 慈善捐赠
other | 其他 | Other | 其它 自筹
""")

LIKERT_SATISFACTION = values("""
5 | 非常满意 | Very satisfied | 很满意 十分满意
4 | 满意 | Satisfied | 比较满意 较满意
3 | 一般 | Neither | 基本满意 中立
2 | 不满意 | Dissatisfied | 不太满意 较不满意
1 | 非常不满意 | Very dissatisfied | 很不满意
""")

# Task attainment 0 none … 4 full: attainment = sum / (4 × tasks), 全国社会工作者职业水平考试大纲.
GOAL_ATTAINMENT = values("""
0 | 没有进展 | None | 未达成 未实现 没有达成 未完成
1 | 很少进展 | Minimal | 少量达成 很少实现
2 | 部分达成 | Partial | 部分实现 部分完成 基本未达成
3 | 大体达成 | Mostly | 大部分达成 基本达成 基本实现 大体实现
4 | 全部达成 | Full | 完全达成 达成 已达成 完全实现 完成
""")

EVALUATION_ROUNDS = values("""
self_assessment | 自评 | Self-assessment | 自查 自我评估
mid_term | 中期评估 | Mid-term | 中期 年中 中期评审
final | 末期评估 | Final | 末期 期末 年终 终期 末期评审 结项 终期评估
spot_check | 抽查 | Spot check | 抽检 复核 飞行检查
""")
