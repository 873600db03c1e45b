"""Pictures as a record keeps them: upright, without what the device tells, small enough, and still legible.

Every function takes bytes and gives bytes, so that the work can be done in another process.
"""

from __future__ import annotations

import io

import pi_heif
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # our own bound holds, and knows that a JPEG may be decoded smaller

MAX_PIXELS = 60_000_000  # of all pages together: what decoding may take
KEPT_PIXELS = 16_000_000  # what a form, a screen and a print need
LEGIBLE = 1500  # the short side is never made smaller than this: a long screenshot is text
MOST_PAGES = 30
QUALITY = 88
DRAWN = ("PNG", "GIF", "BMP")  # sharp edges, flat colours: kept without loss
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF")
SMALL = 320
LETTERHEAD = (480, 160)
PAD = (100, 40)  # a pad to sign on is at least as large


class Unreadable(ValueError):
    """The bytes are no picture that can be read."""


class TooLarge(ValueError):
    """More pixels than may be decoded."""


class Blank(ValueError):
    """Nothing is drawn on it."""


def cleaned(content: bytes) -> tuple[bytes, str]:
    """A picture as it is kept, and its type: JPEG or PNG, or a PDF of all pages."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # the maker of PDFs, in the same process, lets half pictures pass
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            wide, high = _fitting_size(*image.size)
            part = 2 if image.width * image.height > MAX_PIXELS else 1
            image.draft(None, (wide // part, high // part))  # a large JPEG is decoded smaller
            pages = _pages(image)
            if len(pages) > 1:
                return _saved(pages[0], "PDF", save_all=True, append_images=pages[1:]), "application/pdf"
            if image.format in DRAWN:
                return _saved(pages[0], "PNG"), "image/png"
            return _saved(_flat(pages[0]), "JPEG", quality=QUALITY), "image/jpeg"
    except TooLarge:
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Unreadable from error


def inked(content: bytes) -> tuple[bytes, str]:
    """A drawing as it is kept; one as large as a pad on which nothing is to be seen is refused."""
    kept, mime = cleaned(content)
    if mime != "application/pdf":
        with Image.open(io.BytesIO(kept)) as image:
            judged = image.width >= PAD[0] and image.height >= PAD[1]
            if judged and all(
                low == high for low, high in (band.getextrema() for band in _flat(image).convert("RGB").split())
            ):
                raise Blank
    return kept, mime


def preview(content: bytes) -> bytes:
    """A small JPEG of a kept picture."""
    with Image.open(io.BytesIO(content)) as image:
        image.draft("RGB", (SMALL * 2, SMALL * 2))
        small = _flat(image)
        small.thumbnail((SMALL, SMALL))
        return _saved(small, "JPEG", quality=75)


def logo(content: bytes) -> bytes:
    """A picture as a letterhead shows it: a small PNG, what is clear in it stays clear."""
    kept, _mime = cleaned(content)
    try:
        with Image.open(io.BytesIO(kept)) as image:
            small = image.convert(_mode(image))
            small.thumbnail(LETTERHEAD)
            return _saved(small, "PNG")
    except (UnidentifiedImageError, OSError) as error:  # several pages are no logo
        raise Unreadable from error


def _pages(image: Image.Image) -> list[Image.Image]:
    """Every page of a scan; the first picture of anything else."""
    count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    if count > MOST_PAGES:
        raise TooLarge
    sizes = []
    for page in range(count):
        image.seek(page)
        sizes.append(image.width * image.height)
    if sum(sizes) > MAX_PIXELS:
        raise TooLarge
    found = []
    for page in range(count):
        image.seek(page)
        upright = _fitting(ImageOps.exif_transpose(image))
        found.append(_flat(upright) if count > 1 else upright)
    return found


def _fitting(image: Image.Image) -> Image.Image:
    """Not more pixels than a form needs, unless what is written would go."""
    size = _fitting_size(*image.size)
    if size == image.size:
        return image
    return image.convert(_mode(image)).resize(size, reducing_gap=2)


def _fitting_size(width: int, height: int) -> tuple[int, int]:
    factor = max((KEPT_PIXELS / (width * height)) ** 0.5, LEGIBLE / min(width, height))
    return (width, height) if factor >= 1 else (round(width * factor), round(height * factor))


def _has_alpha(image: Image.Image) -> bool:
    return "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La")


def _mode(image: Image.Image) -> str:
    if image.mode in ("L", "RGB", "RGBA"):
        return str(image.mode)
    return "RGBA" if _has_alpha(image) else "L" if image.mode == "1" else "RGB"


def _flat(image: Image.Image) -> Image.Image:
    """On white, in colours every viewer knows."""
    if image.mode in ("L", "RGB"):
        return image
    if image.mode == "1":
        return image.convert("L")
    if not _has_alpha(image):
        return image.convert("RGB")
    layered = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(layered, mask=layered.getchannel("A"))
    return white


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.info = {name: value for name, value in image.info.items() if name in ("icc_profile", "transparency")}
    image.save(out, kind, **options)
    return out.getvalue()
