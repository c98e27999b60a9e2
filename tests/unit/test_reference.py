"""The reference page: what people look up must be what the program does."""

from docs.generate import PAGE, page


def test_the_reference_page_is_as_the_code_says() -> None:
    """An outdated page sends people after commands and keys that are not there: run `python -m docs.generate`."""
    assert PAGE.read_text(encoding="utf-8") == page()
