"""Columns that many tables share, declared once: station, worker, client, entry date, domain, mode, note.

A client or worker file number is personal (it stands for one person), so it passes the border as a pseudonym only.
"""

# fmt: off

from __future__ import annotations

from swe.ledgers.tables import words
from swe.ledgers.tables.spec import Column, Reference, column

FIRST_DAY = "2000-01-01"  # no station record is older; ours
STATION_WORDS = (
    "站点编号 站点代码 社工站代码 社工站 社工站名称 站点名称 站点 所属站点 所属社工站 服务站 站名 社工站点"
)

STATION_ID = column(
    "code", "社工站编号", "Station ID", "记录所属的社工站（社工站表的编号；写站名也可识别）。",
    "The station that the record belongs to (its ID in the table of stations; its name is understood too).",
    STATION_WORDS, required=True, fill="station", reference=Reference("stations", "station_id", by="name"), example="522702101",
)
WORKER_ID = column(
    "code", "负责社工", "Worker", "负责的社工（人员花名册的工号；写姓名的，装载时换成假名）。",
    "The worker in charge (ID in the roster; a name becomes a pseudonym on loading).",
    "社工编号 工号 社工 社工签名 社工姓名 负责人 主责社工 跟进社工 带领社工 服务社工 社工(签名) 经办人 填表人 记录人 责任社工",
    privacy="identifier", border="pseudonym", example="SG01",
    reference=Reference("workers", "worker_id", by="name", within="station_id"),
)
CLIENT_ID = column(
    "code", "服务对象", "Client", "服务对象的档案编号（写姓名的，装载时换成假名）。",
    "File number of the client (a name becomes a pseudonym on loading).",
    "服务对象编号 档案编号 案主 案主编号 案主姓名 服务对象姓名 对象姓名 走访对象 探访对象 服务对象档案号 受助人",
    privacy="identifier", border="pseudonym", example="DA0001",
    reference=Reference("clients", "client_id", by="name", within="station_id"),
)
CLIENT_CATEGORY = column(
    "category", "对象类别", "Client category", "服务对象的类别。", "Category of the client.",
    "服务对象类别 对象类型 服务对象类型 人群类别 案主类别 服务人群 人员类别 服务群体",
    source="穗府办〔2023〕7号 art. 4", values=words.CLIENT_CATEGORIES, privacy="sensitive", example="低保对象",
)
TARGET_GROUP = column(
    "category", "服务人群", "Target group", "主要面向的人群。", "The group of people mainly addressed.",
    "服务对象类别 对象类别 对象类型 服务对象 面向人群 目标人群 服务群体 受众 参与对象",
    source="穗府办〔2023〕7号 art. 4", values=words.CLIENT_CATEGORIES, example="特殊困难老年人",
)
SERVICE_DOMAIN = column(
    "category", "服务领域", "Service domain", "服务所属的领域。", "The domain of service.",
    "领域 服务类别 服务板块 所属领域 业务领域 服务方向", values=words.SERVICE_DOMAINS, example="养老服务",
)
DELIVERY_MODE = column(
    "category", "服务方式", "Delivery mode", "服务以何种方式提供。", "How the service was delivered.",
    "方式 开展方式 形式 服务形式 线上/线下 开展形式 走访方式 探访方式",
    values=words.DELIVERY_MODES, example="线下",
)
ENTRY_DATE = column(
    "date", "录入日期", "Entry date", "记录写入台账的日期；与服务日期之差显示是否补录。",
    "The day the record was written; its distance from the service date shows late entry.",
    "填报日期 登记日期 录入时间 填表日期 填写日期 填报时间 归档日期",
    low=FIRST_DAY, example="2023-05-31",
)
NOTE = column(
    "text", "备注", "Note", "其他说明；请勿写姓名、证件号、电话和住址。",
    "Anything else; no names, ID numbers, telephones or addresses please.",
    "说明 备注说明 其他说明", privacy="free_text", border="free_text",
)
SIMULATED = column(
    "boolean", "模拟数据", "Simulated", "本行是否为软件生成的模拟数据；实际填报留空。",
    "Whether the row was made up by the software; empty in real ledgers.", "是否模拟 模拟", entry=False,
)
SATISFACTION_RATE = column(
    "decimal", "满意度", "Satisfaction rate", "本站自行统计的满意人数占受访参加者之比。",
    "Satisfied participants over participants asked, as the station counted them.",
    "满意率 服务满意度 参与者满意度 活动满意度 组员满意度", unit="fraction", low=0, high=1, example="0.95",
)
HOURS = column(
    "decimal", "服务时长", "Hours of service", "专业服务的小时数（不含路途）。",
    "Hours of professional service, travel excluded.",
    "服务工时 服务小时 工时 时长 服务时数 小时数 专业服务工时 活动时长", unit="hour", low=0, high=10_000, example="2",
)


def count(zh: str, en: str, about_zh: str, about_en: str, also: str = "", *, unit: str, example: str = "",
          required: bool = False, source: str = "ours") -> Column:
    """A count of `unit`: a whole number that is not negative."""
    return column("integer", zh, en, about_zh, about_en, also, unit=unit, low=0, high=10_000_000, example=example,
                  required=required, source=source)


def money(zh: str, en: str, about_zh: str, about_en: str, also: str = "", *, example: str = "",
          low: float | None = 0) -> Column:
    """An amount in CNY; headers or cells in 万元 are turned into 元 by the reader."""
    return column(
        "decimal", zh, en, about_zh, about_en, also, unit="CNY", low=low, high=1e10, example=example
    )


def evidence(
    zh: str, en: str, about_zh: str, about_en: str, also: str = "", *, source: str = "ours"
) -> Column:
    """Whether a document is there (有/无)."""
    return column("boolean", zh, en, about_zh, about_en, also, source=source, example="有")


def prose(zh: str, en: str, about_zh: str, about_en: str, also: str = "", *, example: str = "",
          becomes: str | None = None) -> Column:
    """Free text: dropped at the border unless asked for; `becomes` keeps whether it was written."""
    return column("text", zh, en, about_zh, about_en, also, privacy="free_text", border="free_text", example=example,
                  becomes=becomes)
