"""One body, four copies: the last step, taken in WeasyPrint's finisher.

The page that was laid out becomes a form object. Each copy is a page that draws, in this order:
the pre-printed parts, the copy's own band, the laid out body, the words across a provisional
letter, the QR code and the code to type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pydyf
from weasyprint import Document

from guarantee.letters.content import CopySeal, LetterContent
from guarantee.letters.number import grouped
from guarantee.letters.paper import codes
from guarantee.letters.paper.capture import Captured, content_of, make_form, stream
from guarantee.letters.paper.codes import Writing
from guarantee.letters.paper.form import PROVISIONAL_PAGE, copy_pages


def finished_pdf(
    document: Document,
    content: LetterContent,
    copies: Sequence[CopySeal],
    under: Sequence[Captured] = (),
    writings: Sequence[Writing] = (),
) -> bytes:
    """The letter's bytes: one page for each of `copies`, over the first pages of `under`."""
    written: bytes = document.write_pdf(finisher=_finisher(content, copies, under, writings))
    return written


def _finisher(
    content: LetterContent,
    copies: Sequence[CopySeal],
    under: Sequence[Captured],
    writings: Sequence[Writing],
) -> Callable[[Document, pydyf.PDF], None]:
    def finish(_: Document, pdf: pydyf.PDF) -> None:
        first = pdf.objects[pdf.pages["Kids"][0]]
        body = content_of(first, pdf)
        make_form(body, first["Resources"])
        drawn = {"Body": body.reference}
        for place, captured in enumerate(under):
            drawn[f"Under{place}"] = captured.add_to(pdf, [0])[0]
        wanted = [copy.copy_no - 1 for copy in copies]
        if content.provisional:
            wanted.append(PROVISIONAL_PAGE)
        added = copy_pages().add_to(pdf, wanted)
        if content.provisional:
            drawn["Across"] = added.pop()
        drawn |= {f"Copy{c.copy_no}": at for c, at in zip(copies, added, strict=True)}
        resources = pydyf.Dictionary(
            {
                "XObject": pydyf.Dictionary(drawn),
                "Font": pydyf.Dictionary({"Code": codes.code_font().add_to(pdf, [0])[0]}),
            }
        )
        pdf.add_object(resources)
        for copy in copies:
            page = first if copy is copies[0] else _another(first, pdf)
            under_it = [name for name in drawn if name.startswith("Under")]
            names = [*under_it, f"Copy{copy.copy_no}", "Body"]
            names += ["Across"] if content.provisional else []
            drawing = [f"/{name} Do".encode() for name in names]
            drawing.append(codes.written(writings))
            drawing += [codes.qr_drawing(copy.qr_text), codes.code_drawing(copy.code)]
            drawn_page = stream(drawing)
            pdf.add_object(drawn_page)
            page["Contents"], page["Resources"] = drawn_page.reference, resources.reference
        _describe(pdf, content)

    return finish


def _another(first: pydyf.Dictionary, pdf: pydyf.PDF) -> pydyf.Dictionary:
    page = pydyf.Dictionary(dict(first))
    pdf.add_page(page)
    return page


def _describe(pdf: pydyf.PDF, content: LetterContent) -> None:
    """Title and dates: from the content, so that the same letter has the same bytes."""
    pdf.info["Title"] = pydyf.String(f"担保函 Guarantee Letter {grouped(content.number)}")
    pdf.info["Author"] = pydyf.String("绿色通道救援联盟 Green Channel Rescue Alliance")
    pdf.info["Keywords"] = pydyf.String(f"sha256:{content.digest()}")
    created = content.issued_at.strftime("D:%Y%m%d%H%M%SZ")
    pdf.info["CreationDate"] = pdf.info["ModDate"] = pydyf.String(created)
    pdf.catalog["Lang"] = pydyf.String("zh-CN")
