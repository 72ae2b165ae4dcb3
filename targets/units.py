"""How a number and its unit stand together in the reader's language."""

from django.utils.translation import get_language


def in_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def with_unit(number: str, unit: str) -> str:
    """In Chinese a Chinese unit follows at once; a Latin one (Gbps) and every English one after a space."""
    if not unit:
        return number
    together = unit == "%" or (in_chinese() and not unit.isascii())
    return f"{number}{unit}" if together else f"{number} {unit}"
