"""The verifier's own small PDF reader, on files as other programs write them."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress

import pikepdf
import pytest
import typst
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from landreg.log.verify import PROOF_NAME, NotProven, proof_in

PROOF = b'{"format": "landreg-proof/1", "path": ["' + b"A" * 44 + b'"]}'


def attached(*, name: str = PROOF_NAME, content: bytes = PROOF, count: int = 1, **saving: object) -> bytes:
    """A PDF with files attached, as qpdf writes it."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for number in range(count):
        pdf.attachments[name if number == 0 else f"{number}-{name}"] = pikepdf.AttachedFileSpec(
            pdf, content, filename=name
        )
    out = io.BytesIO()
    pdf.save(out, **saving)
    return out.getvalue()


@pytest.mark.parametrize("objects", list(pikepdf.ObjectStreamMode))
@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("linear", [False, True])
def test_the_proof_is_found_however_the_objects_are_packed(objects: object, compressed: bool, linear: bool) -> None:
    data = attached(object_stream_mode=objects, compress_streams=compressed, linearize=linear)
    assert proof_in(data) == PROOF


def test_a_certificate_printed_by_typst_carries_its_proof() -> None:
    source = f'#pdf.attach("{PROOF_NAME}", bytes({tuple(PROOF)}), mime-type: "application/json")\n证书'
    data = typst.compile(source.encode(), format="pdf")
    assert proof_in(data) == PROOF


def test_an_update_appended_to_the_file_leaves_the_proof_where_it_was() -> None:
    for objects in pikepdf.ObjectStreamMode:
        writer = IncrementalPdfFileWriter(io.BytesIO(attached(object_stream_mode=objects)))
        writer.root["/Lang"] = generic.pdf_string("zh")
        writer.update_root()
        out = io.BytesIO()
        writer.write(out)
        assert proof_in(out.getvalue()) == PROOF


def test_the_last_update_of_an_object_is_the_one_that_counts() -> None:
    later = PROOF.replace(b"A", b"B")
    writer = IncrementalPdfFileWriter(io.BytesIO(attached()))
    stream = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]["/EF"]["/F"]
    stream._data = later
    stream._encoded_data = None
    writer.mark_update(stream.container_ref)
    out = io.BytesIO()
    writer.write(out)
    assert proof_in(out.getvalue()) == later


def test_other_attachments_are_no_proof() -> None:
    with pytest.raises(NotProven, match="carries no proof"):
        proof_in(attached(name="photo.json"))


def test_two_proofs_in_one_certificate_are_one_too_many() -> None:
    with pytest.raises(NotProven, match="more than one proof"):
        proof_in(attached(count=2))


def test_a_stream_that_swells_without_end_is_not_read_to_its_end() -> None:
    packed = zlib.compress(bytes(40_000_000), 9)
    with pytest.raises(NotProven, match="too large"):
        proof_in(_by_hand(packed, b"/Filter/FlateDecode"))


@pytest.mark.parametrize(
    ("stream", "filters", "said"),
    [
        (b"not compressed", b"/Filter/FlateDecode", "damaged"),
        (b"x", b"/Filter[/ASCII85Decode/FlateDecode]", "not supported"),
        (b"x", b"/Filter/#4CZWDecode", "LZWDecode"),
    ],
)
def test_an_attachment_that_cannot_be_unpacked_is_named(stream: bytes, filters: bytes, said: str) -> None:
    with pytest.raises(NotProven, match=said):
        proof_in(_by_hand(stream, filters))


def test_names_in_utf_16_in_hexadecimal_or_with_escapes_are_the_same_name() -> None:
    wide = ("\ufeff" + PROOF_NAME).encode("utf-16-be")
    for name in (b"<" + wide.hex().encode() + b">", rb"(landreg\055proof.js\157n)", b"(landreg-\\\nproof.json)"):
        assert proof_in(_by_hand(PROOF, b"", name)) == PROOF


def test_a_word_obj_inside_a_stream_is_no_object() -> None:
    content = b'{"trap": "\n1 0 obj\n<</Names null>>\nendobj\ntrailer <</Root 9 0 R>>"}'
    assert proof_in(_by_hand(content, b"")) == content


def test_a_file_cut_short_or_with_any_byte_changed_never_ends_in_another_error() -> None:
    data = attached(object_stream_mode=pikepdf.ObjectStreamMode.generate)
    for place in range(0, len(data), 7):
        for given in (data[:place], data[:place] + bytes([data[place] ^ 0x21]) + data[place + 1 :]):
            with suppress(NotProven):
                proof_in(given)


def _by_hand(stream: bytes, entries: bytes, name: bytes = b"(landreg-proof.json)") -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog % a comment (\n/Names<</EmbeddedFiles<</Names[(a) 2 0 R]>>>>>>\nendobj\n"
        b"2 0 obj\n<</Type/Filespec/F " + name + b"/EF<</F 3 0 R>>>>\nendobj\n"
        b"3 0 obj\n<</Length 4 0 R" + entries + b">>\nstream\n" + stream + b"\nendstream\nendobj\n"
        b"4 0 obj\n%d\nendobj\ntrailer\n<</Root 1 0 R>>\n%%%%EOF\n" % len(stream)
    )


@pytest.mark.parametrize("opened", [b"1 0 obj ( ", b"1 0 obj < ", b"1 0 obj [ ", b"1 0 obj << /A ( "])
def test_values_that_never_end_are_not_each_read_to_the_end(opened: bytes) -> None:
    with pytest.raises(NotProven):
        proof_in(b"%PDF-1.7\n" + opened * 10_000)
