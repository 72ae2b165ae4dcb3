"""What the people of the sample history write. Data of the history, in the language of the agencies."""

from __future__ import annotations

from random import Random

from targets.rules import DoubtCode, Stage

NOTES = {
    "": ("", "", "", "", "数据由业务系统导出。", "按季度台账汇总。", "已与相关处室核对。"),
    Stage.NOT_STARTED: ("前期研究中。", "方案征求意见中。", "尚未启动，正在落实资金。"),
    Stage.UNDER_WAY: (
        "按计划推进。",
        "正在建设，进度正常。",
        "已完成方案评审，进入实施阶段。",
        "主体工程施工中。",
        "正在开展联调测试。",
    ),
    Stage.DONE: ("已完成。", "已投入使用。", "已通过验收。"),
}
EXPLANATIONS = {
    DoubtCode.FALLS: "清理重复登记并核减已停用设备，累计数相应下降。",
    DoubtCode.JUMP: "本季度增量与往期差异较大，系集中验收所致，已逐项核实。",
    DoubtCode.SLIP_10000: "数据与业务系统一致。",
    DoubtCode.SLIP_100: "已核实，按百分数填报。",
    DoubtCode.RETYPED: "本季度无变化，已核实。",
    DoubtCode.RATIO_ABOVE_ONE: "统计口径调整，分母待更新。",
    DoubtCode.FAR_ABOVE_GOAL: "已超额完成，数据已核实。",
    DoubtCode.EVIDENCE_MISSING: "佐证材料另行报送。",
    DoubtCode.DISTRICTS_DIFFER: "个别区本季度数据尚未核定，以牵头单位汇总数为准。",
}
CORRECTED_UNIT = "原填报漏写单位“万”，已更正。"
RETURN_UNIT = "与上季度相差约一万倍，请核对单位是否漏写“万”。"
RETURN_REASONS = ("请补充说明本季度推进情况。", "与牵头单位台账不一致，请核实后重报。", "情况说明过于简略，请补充。")
ADDED = "已补充说明：本季度工作按计划推进，台账留存备查。"
EXTENSION = "样例数据：本季度保持开放，供试用填报、提交、退回和核定。"


def note(chance: Random, stage: str) -> str:
    return chance.choice(NOTES[stage])


def explanation(codes: list[str]) -> str:
    """An answer to every doubt of a line."""
    return "".join(EXPLANATIONS[DoubtCode(code)] for code in codes)
