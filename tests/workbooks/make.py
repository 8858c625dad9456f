"""Writes the workbooks and archives of this folder: python make.py

Needs openpyxl, xlwt, odfpy and msoffcrypto-tool. The files are kept, so that the tests need none of them.
"""
import datetime, io, os, zipfile

import msoffcrypto.format.ooxml
import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = ["订单编号", "销售时间", "门店编码", "会员卡号", "商品条码", "商品名称", "销售数量", "实付金额"]
MOMENT = datetime.datetime
# The card is a number that the sheet shows as 00042; the bar code is a number of 13 digits; one amount is text.
ROWS = [
    ["T1", MOMENT(2026, 10, 1, 10, 0), "S1", 42, 6901234567892, "普洱茶", 1, 10],
    ["T1", MOMENT(2026, 10, 1, 10, 0), "S1", 42, 6901234567908, "龙井\n（明前）", 2, "￥5.50"],
    ["T2", MOMENT(2026, 10, 2, 11, 30), "S2", None, 6901234567892, "普洱茶", 1, 0.1 + 6.9],
]


def path(name):
    return os.path.join(HERE, name)


def xlsx():
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "说明"
    notes["A1"] = "导出自总部系统"
    sheet = book.create_sheet("销售明细")
    sheet["A1"] = "2026年10月销售明细"
    sheet.merge_cells("A1:H1")
    sheet.append([])
    sheet.append(HEADER)
    for row in ROWS:
        sheet.append(row)
        at = sheet.max_row
        sheet.cell(at, 2).number_format = "yyyy-mm-dd hh:mm"
        sheet.cell(at, 4).number_format = "00000"
        sheet.cell(at, 5).number_format = "0"
    sheet.append(["合计", None, None, None, None, None, 4, 22.5])
    old = book.create_sheet("旧数据")
    old.append(HEADER)
    old.append(["T0", MOMENT(2026, 9, 1), "S1", None, 6901234567892, "普洱茶", 1, 99])
    old.sheet_state = "hidden"
    book.save(path("orders.xlsx"))


def months():
    """One sheet per month, and the store's code in the file's name; order fields merged over their lines."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for month, day in [("9月", MOMENT(2026, 9, 30)), ("10月", MOMENT(2026, 10, 31))]:
        sheet = book.create_sheet(month)
        sheet.append(["订单编号", "销售时间", "会员卡号", "商品编码", "销售数量", "实付金额"])
        sheet.append([f"{month}-1", day, "M1", "P1", 1, 1])
        sheet.append([None, None, None, "P2", 1, 2])
        for column in "ABC":
            sheet.merge_cells(f"{column}2:{column}3")
        for row in (2, 3):
            sheet.cell(row, 2).number_format = "yyyy/m/d"
    book.save(path("S07.xlsx"))


def two_rows():
    """Names of groups above those of their columns, and a serial day without a date's format."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["订单", None, "门店编码", "会员", None, "商品", None, None])
    sheet.append(["订单编号", "销售时间", None, "会员卡号", "会员姓名", "商品编码", "销售数量", "实付金额"])
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("C1:C2")
    sheet.merge_cells("D1:E1")
    sheet.merge_cells("F1:H1")
    sheet.append(["T1", 46296.4375, "S1", "M1", "张三", "P1", 1, 10])
    sheet.append(["T2", 46297, "S1", "M1", "张三", "P1", 1, 12])
    book.save(path("two-rows.xlsx"))


def locked():
    with open(path("orders.xlsx"), "rb") as plain, open(path("locked.xlsx"), "wb") as out:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("geheim", out)


def xls():
    book = xlwt.Workbook()
    sheet = book.add_sheet("销售明细")
    sheet.write_merge(0, 0, 0, 7, "2026年10月销售明细")
    moment, card, code = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm"), xlwt.easyxf(num_format_str="00000"), xlwt.easyxf(num_format_str="0")
    for at, name in enumerate(HEADER):
        sheet.write(2, at, name)
    for number, row in enumerate(ROWS):
        for at, value in enumerate(row):
            style = {1: moment, 3: card, 4: code}.get(at)
            if value is not None:
                sheet.write(3 + number, at, value, *([style] if style else []))
    book.save(path("orders.xls"))


def ods():
    document = OpenDocumentSpreadsheet()
    table = Table(name="销售明细")

    def row(cells):
        line = TableRow()
        for value in cells:
            if value is None:
                cell = TableCell()
            elif isinstance(value, MOMENT):
                cell = TableCell(valuetype="date", datevalue=value.isoformat())
            elif isinstance(value, (int, float)):
                cell = TableCell(valuetype="float", value=str(value))
            else:
                cell = TableCell(valuetype="string")
                for part in value.split("\n"):
                    cell.addElement(P(text=part))
            line.addElement(cell)
        table.addElement(line)

    title = TableRow()
    cell = TableCell(valuetype="string", numbercolumnsspanned=8)
    cell.addElement(P(text="2026年10月销售明细"))
    title.addElement(cell)
    title.addElement(CoveredTableCell(numbercolumnsrepeated=7))
    table.addElement(title)
    row(HEADER)
    for line in ROWS:
        row(line)
    # What LibreOffice writes below every table.
    table.addElement(TableRow(numberrowsrepeated=1048571))
    document.spreadsheet.addElement(table)
    document.save(path("orders.ods"))


def texts():
    """What calls itself .xls: a web page in GB 2312, and tab-separated text in UTF-16."""
    lines = [HEADER] + [["" if value is None else str(value).replace("\n", " ") for value in row] for row in ROWS]
    cells = lambda row, tag: "".join(f"<{tag} class=xl{at}>{value}" for at, value in enumerate(row))
    page = '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv=Content-Type content="text/html; charset=gb2312">'
    page += "<style>td {mso-number-format:'\\@'}</style></head><body><table border=1><tr><td colspan=8>2026年10月销售明细</td></tr>"
    page += f"<tr>{cells(lines[0], 'th')}</tr>" + "".join(f"<tr>{cells(row, 'td')}</tr>\n" for row in lines[1:]) + "</table></body></html>"
    with open(path("page.xls"), "wb") as out:
        out.write(page.encode("gb18030"))
    with open(path("text.xls"), "wb") as out:
        out.write(b"\xff\xfe" + "".join("\t".join(row) + "\r\n" for row in lines).encode("utf-16-le"))


class Gbk(zipfile.ZipInfo):
    def _encodeFilenameFlags(self):
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def archive():
    """Names in GBK without a flag, as Chinese Windows writes them; a workbook and a text; what macOS leaves behind."""
    text = "订单编号,销售时间,门店编码,会员卡号,商品编码,销售数量,实付金额\r\nT8,2026-10-08 10:00,S1,M1,P1,1,8.00\r\n".encode("gb18030")
    with zipfile.ZipFile(path("drop.zip"), "w", zipfile.ZIP_DEFLATED) as out:
        gbk = lambda name: Gbk(name, (2026, 11, 1, 0, 0, 0))
        out.writestr(gbk("销售/十月.csv"), text)
        out.writestr(zipfile.ZipInfo("__MACOSX/._十月.csv", (2026, 11, 1, 0, 0, 0)), b"\0\1")
        with open(path("orders.xlsx"), "rb") as book:
            out.writestr(gbk("总部.xlsx"), book.read())


for make in (xlsx, months, two_rows, locked, xls, ods, texts, archive):
    make()
