"""Files as people and banks send them."""

from __future__ import annotations

import io

import openpyxl


def workbook(rows, *, title="2026年11月 第47周 院前费用上报表", sheet="上报表"):
    """An .xlsx with a title line above the rows, and a second sheet that means nothing."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    if title:
        page.append([title])
        page.append([])
    for row in rows:
        page.append(list(row))
    book.create_sheet("说明").append(["请按模板填写"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEADER = (
    "序号", "患者姓名", "担保函号", "出车日期", "出车费", "车内急救费", "出诊费", "转运费",
    "合计", "票据号", "备用金", "备注",
)  # fmt: skip


def bank_csv(lines, *, encoding="gb18030"):
    """The bank's export. `lines`: (day, in, out, name, account, text, serial)."""
    text = [
        "招商银行企业网上银行交易明细",
        "账号：,31006666000018801234,币种：,人民币",
        "起止日期：,20261123 - 20261125",
        "",
        "交易日期,交易时间,收入金额,支出金额,对方户名,对方账号,摘要/附言,流水号",
    ]
    text += [
        f'{day},10:2{at},"{credit}","{debit}",{name},{account}\t,{said},{serial}\t'
        for at, (day, credit, debit, name, account, said, serial) in enumerate(lines)
    ]
    return "\r\n".join([*text, "合计,,,,,,,", ""]).encode(encoding)


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Ntry><Amt Ccy="CNY">1525.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-25</Dt></BookgDt><AcctSvcrRef>S-1</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>JS3101202647</EndToEndId></Refs>
<RltdPties><Cdtr><Pty><Nm>上海急救中心</Nm></Pty></Cdtr>
<CdtrAcct><Id><Othr><Id>6227 0001</Id></Othr></Id></CdtrAcct></RltdPties>
<RmtInf><Ustrd>周结算</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="CNY">300</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><DtTm>2026-11-25T09:00:00+08:00</DtTm></BookgDt><AcctSvcrRef>S-2</AcctSvcrRef>
<NtryDtls>
<TxDtls><Amt Ccy="CNY">100.00</Amt><Refs><EndToEndId>A</EndToEndId></Refs></TxDtls>
<TxDtls><Amt Ccy="CNY">200.00</Amt><Refs><EndToEndId>B</EndToEndId></Refs></TxDtls>
</NtryDtls></Ntry>
<Ntry><Amt Ccy="CNY">9.99</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts>
<BookgDt><Dt>2026-11-25</Dt></BookgDt><AcctSvcrRef>S-3</AcctSvcrRef></Ntry>
<Ntry><Amt Ccy="USD">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-11-25</Dt></BookgDt><AcctSvcrRef>S-4</AcctSvcrRef></Ntry>
</Stmt></BkToCstmrStmt></Document>"""

MT940 = """:20:STMT20261125
:25:CMBCCNBS/310066660000188
:28C:00045/001
:60F:C261124CNY500000,00
:61:2611251125D1525,00NTRFJS3101202647//2026112500001
:86:ZHOU JIE SUAN JS3101202647
:61:2611251125RD1525,00NTRFJS3101202647//2026112500002
:86:TUI HUI ZHANG HAO YOU WU
:61:2611251125C100,00NTRFNONREF
:86:LI XI
:62F:C261125CNY498475,00
-
"""
