"""The pictures in the documents are those that are taken, all of them, and each stands on their page."""

import re

from tests.pictures import IMAGES, PAGES, before, names, page_of_pictures


def test_every_picture_is_one_that_is_taken_or_of_version_0_2_1() -> None:
    assert sorted(each.name for each in IMAGES.iterdir()) == sorted([*names(), *before()])


def test_the_page_shows_each_at_both_widths_in_light_and_dark() -> None:
    written = PAGES.read_text(encoding="utf-8")
    assert written == page_of_pictures(), "write it anew: python -m tests.pictures"
    assert sorted(re.findall(r"\(images/([^)]+)\)", written)) == sorted([*names(), *before()])
