"""The audit trail in sentences: what each action and each fact is called.

An action without words here is shown as it was written; a test asks that none is without.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guarantee.edge.language import language
from guarantee.money import yuan
from guarantee.refusals import Words
from guarantee.roles import ROLE_WORDS, Role
from guarantee.tables import TABLES

ACTIONS: dict[str, Words] = {
    "signed in": Words("登录", "signed in"),
    "sign-in refused": Words("登录被拒绝", "was refused the sign-in"),
    "signed out": Words("退出登录", "signed out"),
    "staff created": Words("建立账户", "made an account"),
    "staff changed": Words("更改账户", "changed an account"),
    "staff disabled": Words("停用账户", "disabled an account"),
    "staff enabled": Words("重新启用账户", "let an account in again"),
    "sessions ended": Words("结束账户的所有登录", "ended an account's sessions"),
    "password changed": Words("更改自己的密码", "changed their own password"),
    "password reset": Words("重设密码", "reset a password"),
    "token created": Words("签发 API 令牌", "made an API token"),
    "center created": Words("建立急救中心", "set up a centre"),
    "center changed": Words("更改急救中心", "changed a centre"),
    "hospital created": Words("新增医院", "added a hospital"),
    "hospital changed": Words("更改医院", "changed a hospital"),
    "hospital joined the network": Words("将医院加入网络", "took a hospital into the network"),
    "hospital left the network": Words("将医院移出网络", "took a hospital out of the network"),
    "hospital is full": Words("标记医院暂停接收", "marked a hospital as full"),
    "hospital accepts again": Words("标记医院恢复接收", "marked a hospital as accepting"),
    "insurer created": Words("建立保险公司", "set up an insurer"),
    "insurer changed": Words("更改保险公司", "changed an insurer"),
    "product created": Words("建立险种", "set up a product"),
    "product changed": Words("更改险种", "changed a product"),
    "exclusions published": Words("发布免责条款", "published exclusion clauses"),
    "first guarantee set": Words("设定首次担保额度", "set the first guarantee"),
    "members imported": Words("导入参保文件", "imported a member file"),
    "member changed": Words("更改会员", "changed a member"),
    "members searched": Words("查找会员", "searched members"),
    "member viewed": Words("查看会员", "viewed a member"),
    "member shown in full": Words("查看会员完整信息", "saw a member's data in full"),
    "rejected rows fetched": Words("下载退回的行", "fetched rejected rows"),
    "call taken": Words("接到来电", "took a call"),
    "eligibility asked": Words("查询资格", "asked whether a member is eligible"),
    "places set up": Words("建立机构数据", "set up places"),
    "excess taken up": Words("追加后计入超额费用", "took up charges above the limit"),
    "letter copy printed": Words("打印担保函单联", "printed one copy of a letter"),
    "case opened": Words("立案", "opened a case"),
    "case viewed": Words("查看案例", "viewed a case"),
    "member named": Words("确定患者会员身份", "named the case's member"),
    "case verified": Words("完成现场核实", "verified a case"),
    "arrived at hospital": Words("到达医院", "arrived at the hospital"),
    "case closed": Words("结束案例", "closed a case"),
    "letter issued": Words("出具担保函", "issued a letter"),
    "letter not printed": Words("担保函 PDF 未能生成", "could not make a letter's PDF"),
    "letter printed": Words("打印担保函", "printed a letter"),
    "letter viewed": Words("查看担保函", "viewed a letter"),
    "letter signed": Words("签署担保函", "took a signature on a letter"),
    "signed copy printed": Words("打印另附签名件", "printed a letter's signed copy"),
    "letter presented": Words("医院接收担保函", "accepted a letter"),
    "letter refused by hospital": Words("医院拒收担保函", "refused a letter"),
    "letter voided": Words("作废担保函", "voided a letter"),
    "letter lapsed": Words("担保函逾期失效", "let a letter lapse"),
    "letter handed back": Words("退回担保函", "handed a letter back"),
    "letter closed": Words("结算单结案", "closed a letter with its final bill"),
    "letter key rotated": Words("更换签名密钥", "rolled over the signing key"),
    "top-up asked": Words("申请追加", "asked for a top-up"),
    "top-up granted": Words("同意追加", "granted a top-up"),
    "top-up denied": Words("拒绝追加", "denied a top-up"),
    "top-up withdrawn": Words("撤回追加申请", "withdrew a top-up request"),
    "charges posted": Words("录入费用", "posted charges"),
    "charges viewed": Words("查看费用", "viewed charges"),
    "recovery viewed": Words("查看追偿清单", "viewed a recovery statement"),
    "statement viewed": Words("查看结算单", "viewed a statement"),
    "ticket opened": Words("建立工单", "opened a ticket"),
    "ticket taken": Words("接手工单", "took a ticket"),
    "ticket done": Words("完成工单", "finished a ticket"),
    "day signed": Words("日签", "signed a day off"),
    "batch opened": Words("建立结算批次", "opened a batch"),
    "report uploaded": Words("上传周报表", "uploaded a report"),
    "report fetched": Words("下载上报表", "fetched a report"),
    "statement fetched": Words("下载结算单", "fetched a batch's statement"),
    "payment file fetched": Words("下载付款文件", "fetched a payment file"),
    "batch reconciled": Words("完成对账", "reconciled a batch"),
    "difference decided": Words("处理差异", "decided a difference"),
    "difference undone": Words("撤销差异处理", "undid a decision"),
    "batch approved": Words("审批批次", "approved a batch"),
    "payment ordered": Words("发出付款", "ordered a payment"),
    "bank statement taken": Words("导入银行对账单", "took in a bank statement"),
    "originals mailed": Words("登记原件寄出", "mailed originals"),
    "originals ticked off": Words("核销原件", "ticked originals off"),
    "batch closed": Words("关闭批次", "closed a batch"),
    "courier fee recorded": Words("登记快递费", "recorded a courier fee"),
    "reserve fund drawn": Words("动用备用金", "drew on the reserve fund"),
    "reserve fund filled": Words("补足备用金", "filled the reserve fund"),
    **{
        f"copy {event}": Words(f"登记联次：{words.zh}", f"noted a copy: {words.en.lower()}")
        for event, words in TABLES["copy"].events.items()
    },
}

SUBJECTS: dict[str, Words] = {
    "staff": Words("账户", "account"),
    "center": Words("急救中心", "centre"),
    "hospital": Words("医院", "hospital"),
    "insurer": Words("保险公司", "insurer"),
    "product": Words("险种", "product"),
    "member": Words("会员", "member"),
    "members": Words("名册", "register"),
    "import": Words("参保文件", "member file"),
    "call": Words("来电", "call"),
    "case": Words("案例", "case"),
    "letter": Words("担保函", "letter"),
    "letter_key": Words("签名密钥", "signing key"),
    "first_guarantee": Words("首次担保", "first guarantee"),
    "ticket": Words("工单", "ticket"),
    "batch": Words("批次", "batch"),
    "hospital_batch": Words("医院批次", "hospital batch"),
    "bank_statement": Words("银行对账单", "bank statement"),
    "reserve_fund": Words("备用金", "reserve fund"),
    "difference": Words("差异", "difference"),
}

FACTS: dict[str, Words] = {
    "role": Words("角色", "role"),
    "role_before": Words("原角色", "role before"),
    "code": Words("代码", "code"),
    "fields": Words("字段", "fields"),
    "name": Words("名称", "name"),
    "reason": Words("理由", "reason"),
    "found": Words("找到", "found"),
    "accepted": Words("导入", "taken in"),
    "rejected": Words("退回", "rejected"),
    "duplicates": Words("重复", "duplicates"),
    "insurer": Words("保险公司", "insurer"),
    "center": Words("急救中心", "centre"),
    "hospital": Words("医院", "hospital"),
    "case": Words("案例", "case"),
    "member": Words("会员", "member"),
    "method": Words("方式", "method"),
    "outcome": Words("结果", "outcome"),
    "version": Words("版本", "version"),
    "clauses": Words("条款", "clauses"),
    "valid_from": Words("生效", "valid from"),
    "amount_fen": Words("金额", "amount"),
    "pre_hospital_fen": Words("院前", "pre-hospital"),
    "in_hospital_fen": Words("院内", "in-hospital"),
    "asked_fen": Words("申请", "asked"),
    "granted_fen": Words("同意", "granted"),
    "total_fen": Words("合计", "total"),
    "amends": Words("追加于", "amends"),
    "copy_no": Words("联次", "copy"),
    "signer": Words("签字人", "signer"),
    "relation": Words("关系", "relation"),
    "signature": Words("签名摘要", "signature's digest"),
    "content": Words("内容摘要", "content's digest"),
    "times": Words("次数", "times"),
    "channel": Words("渠道", "channel"),
    "week": Words("周", "week"),
}


def action_words(action: str) -> str:
    """What was done, in the reader's language."""
    return _said(ACTIONS, action)


def subject_words(subject: str) -> str:
    """'letter:3101…' → '担保函 3101 4728 …'."""
    kind, _, which = subject.partition(":")
    if kind == "letter" and len(which) == 16:
        which = " ".join(which[at : at + 4] for at in range(0, 16, 4))
    return f"{_said(SUBJECTS, kind)} {which}".strip()


def fact_words(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, value) of a record's facts; amounts in yuan, nothing left out."""
    told = []
    for name, value in facts.items():
        if value in (None, "", [], {}):
            continue
        label = _said(FACTS, name).removesuffix("_fen").replace("_", " ")
        if name.endswith("_fen") and isinstance(value, int):
            text = yuan(value)
        elif name.startswith("role") and value in ROLE_WORDS:
            text = ROLE_WORDS[Role(value)].in_(language())
        elif isinstance(value, list):
            text = "、".join(map(str, value)) if language() == "zh" else ", ".join(map(str, value))
        else:
            text = str(value)
        told.append((label, text))
    return told


def _said(words: Mapping[str, Words], key: str) -> str:
    return words[key].in_(language()) if key in words else key
