"""The sheet that stands for any scanned paper of the sample: white, with SAMPLE across it, so that it opens like a real one."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw


@cache
def sheet(form: str = "JPEG") -> bytes:
    """An A4 page. form: JPEG or PDF."""
    image = Image.new("RGB", (620, 877), "white")
    ImageDraw.Draw(image).text((110, 380), "SAMPLE", fill=(180, 40, 40), font_size=110)
    made = BytesIO()
    image.save(made, form)
    return made.getvalue()
