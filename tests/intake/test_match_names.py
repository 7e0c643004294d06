"""How names are read and compared, and who takes whom."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo.intake.match import provisional
from geo.intake.match.decide import DOMAIN, Thresholds, match
from geo.intake.match.names import key_of, parse, parse_all, split_aliases
from geo.intake.match.similarity import likeness
from geo.intake.match.subject import Subject

STREET = "530102001"


def subject(key: str, name: str, division: str | None = STREET, **words: object) -> Subject:
    aliases = split_aliases(str(words.pop("aliases", "")))
    return Subject(key, parse_all(name, aliases, ()), shown=name, division=division, **words)  # type: ignore[arg-type]


def verdicts(rows: list[str], known: list[str], **words: object) -> list[tuple[str, str | None]]:
    found = match(
        [subject(str(place), name, **words) for place, name in enumerate(rows)],
        [subject(name, name) for name in known],
    )
    return [(item.verdict, item.code) for item in found]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("明怡花园（二期）", "明怡花园2期"), ("明怡花园Ⅱ期", "明怡花园第二期"), ("明怡花园 II 期", "明怡花园贰期"),
        ("明怡花园首期", "明怡花园一期工程"), ("ＡＢ公寓", "ab公寓"), ("麗景花園", "丽景花园"),
        ("十二区", "12区"), ("明怡花园（东）", "明怡花园东区"), ("明怡花园A区", "明怡花园（ａ区）"),
        ("明怡花园1-2期", "明怡花园一、二期"), ("明怡花园一二期", "明怡花园1、2期"), ("明怡", "明怡小区"),
        ("富力十号院（建设中）", "富力10号院"), ("绿城·蓝庭", "绿城 蓝庭"),
    ],
)  # fmt: skip
def test_ways_to_write_one_name(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("明怡花园一期", "明怡花园二期"), ("明怡花园", "明怡花园一期"), ("明怡花园东区", "明怡花园西区"),
        ("大浒东苑", "大浒西苑"), ("近江一园", "近江七园"), ("明怡花园十二期", "明怡花园一二期"),
        ("明怡花园A区", "明怡花园B区"), ("文晖路12号院", "文晖路21号院"), ("明怡花园3幢", "明怡花园5幢"),
        ("明怡花园一期东区", "明怡花园一期"), ("三塘北村", "三塘南村"),
    ],
)  # fmt: skip
def test_marks_that_differ_bar_a_pair(one: str, other: str) -> None:
    assert not likeness(parse(one)[0], parse(other)[0]).same_marks
    assert verdicts([one], [other])[0][0] != "automatic"


def test_a_name_has_a_core_a_kind_and_marks() -> None:
    name, short = parse("滨江·锦绣之城（二期）东区")
    assert (name.core, name.kind, name.marks) == ("滨江锦绣之城", "", (("区", "东"), ("期", "2")))
    assert (short.core, short.trust < 1) == ("锦绣之城", True)
    assert [item.text for item in parse("邮电新村（原名：明怡花园）")] == ["邮电新村", "明怡花园"]
    assert parse("五华区翠湖街道明怡花园", ("五华区", "翠湖街道"))[0].core == "明怡"
    assert parse("五华花园", ("五华区", "五华"))[0].text == key_of("五华花园")
    assert parse("  ") == parse(None) == ()


@pytest.mark.parametrize(
    ("row", "compound", "verdict"),
    [
        ("翠胡花园", "翠湖花园", "automatic"),  # sounds alike
        ("明怡家园", "明怡花园", "review"),  # short, another kind
        ("曙光新村", "曙光公寓", "review"),
        ("锦绣江南花园", "锦绣江南", "automatic"),
        ("锦绣江南小区", "锦绣江南花园", "automatic"),
        ("龙湖滟澜山", "滟澜山", "automatic"),  # developer in front
        ("三塘竹园", "三塘兰园", "review"),  # another of a series
        ("翠湖花园", "金色花园", "unmatched"),
    ],
)
def test_verdicts(row: str, compound: str, verdict: str) -> None:
    assert verdicts([row], [compound])[0][0] == verdict


def test_two_of_one_name_are_a_question() -> None:
    found = match(
        [subject("r", "翠湖花园")], [subject("a", "翠湖花园"), subject("b", "翠湖小区花园")]
    )
    assert found[0].verdict == "automatic"
    twice = match([subject("r", "翠湖花园")], [subject("a", "翠湖花园"), subject("b", "翠湖花园")])
    assert (twice[0].verdict, len(twice[0].candidates)) == ("review", 2)


def test_the_street_tells_two_of_one_name_apart() -> None:
    found = match(
        [subject("r", "翠湖花园", "530102002003")],
        [subject("a", "翠湖花园", "530102001001"), subject("b", "翠湖花园", "530102002001")],
    )
    assert found[0].code == "b"
    alone = match([subject("r", "翠湖花园", "530102002")], [subject("a", "翠湖花园", "530102001")])
    assert alone[0].verdict == "review"


def test_another_county_is_no_candidate() -> None:
    found = match([subject("r", "翠湖花园", "530103")], [subject("a", "翠湖花园", "530102001")])
    assert found[0].verdict == "unmatched"
    anywhere = match([subject("r", "翠湖花园", None)], [subject("a", "翠湖花园", "530102001")])
    assert anywhere[0].verdict == "automatic"
    unknown = match([subject("r", "翠湖花园", "530103")], [subject("a", "翠湖花园", None)])
    assert unknown[0].verdict == "automatic"


def test_an_exact_name_is_not_held_back_by_one_like_it() -> None:
    found = verdicts(["新洲花园", "星洲花园"], ["新洲花园", "星洲花园"])
    assert found == [("automatic", "新洲花园"), ("automatic", "星洲花园")]


def test_what_a_person_said_goes_first() -> None:
    row = subject("r", "老机床厂宿舍")
    said = subject("a", "明怡花园", aliases="老机床厂宿舍", confirmed=(("老机床厂宿舍", STREET),))
    other = subject("b", "老机床厂宿舍")
    assert match([row], [said, other])[0].code == "a"
    refused = subject("r", "老机床厂宿舍", rejected=frozenset({"b"}))
    assert match([refused], [other])[0].verdict == "unmatched"


def test_areas_that_can_not_be_speak_against() -> None:
    row = subject("r", "翠胡花园", floor_area_m2=900_000.0)
    fits, too_small = (
        match([row], [subject("a", "翠湖花园", land_area_m2=area)])[0].candidates[0].score
        for area in (400_000.0, 3_000.0)
    )
    assert fits > DOMAIN.automatic > too_small


def test_another_community_makes_a_question_of_a_name_that_differs() -> None:
    known = [subject("a", "翠湖花苑", "530102001001")]
    rows = [subject("r", name, "530102001002") for name in ("翠湖花园", "翠湖花苑")]
    assert [match([row], known)[0].verdict for row in rows] == ["review", "automatic"]


def test_an_impossible_area_makes_a_question_of_any_name() -> None:
    known = [subject("a", "翠湖花园", land_area_m2=1_000.0)]
    row = subject("r", "翠湖花园", floor_area_m2=73_000.0)
    assert match([row], known)[0].verdict == "review"


def test_thresholds_hold_from_their_value_on() -> None:
    rows, known = [subject("r", "翠胡花园", None)], [subject("a", "翠湖花园", None)]
    score = match(rows, known)[0].candidates[0].score
    assert match(rows, known, Thresholds(automatic=score))[0].verdict == "automatic"
    assert match(rows, known, Thresholds(automatic=score + 1e-9))[0].verdict == "review"
    assert match(rows, known, Thresholds(2.0, review=score))[0].verdict == "review"
    assert match(rows, known, Thresholds(2.0, review=score + 1e-9))[0].verdict == "unmatched"


NAMES = st.text("金银绿明怡嘉丰一二东西花园苑新村小区（）·1A期 ", min_size=1, max_size=9)


@given(st.lists(NAMES, max_size=8), st.lists(NAMES, max_size=8), st.randoms())
def test_laws(rows: list[str], known: list[str], chance: random.Random) -> None:
    """No compound is taken twice, and the order of rows and compounds changes nothing."""
    ours = [subject(str(place), name) for place, name in enumerate(rows)]
    theirs = [subject(f"k{place}", name) for place, name in enumerate(known)]
    found = {item.key: item for item in match(ours, theirs)}
    taken = [item.code for item in found.values() if item.code]
    assert len(taken) == len(set(taken))
    chance.shuffle(ours)
    chance.shuffle(theirs)
    assert {item.key: item for item in match(ours, theirs)} == found


@example("（111A）")
@given(NAMES)
def test_a_key_is_its_own_key(text: str) -> None:
    assert all(0 < name.trust <= 1 for name in parse(text))
    if key_of(text):
        assert likeness(parse(text)[0], parse(text)[0]).score == 1


def test_provisional_codes_come_from_the_facts() -> None:
    one = provisional.of_row("530102001003", "明怡花园（二期）")
    assert one == provisional.of_row("530102001", "明怡花园Ⅱ期")
    assert one != provisional.of_row("530102002", "明怡花园Ⅱ期")
    assert one.startswith("临时-530102-")
    assert provisional.is_provisional(one)
    assert provisional.of_polygon("", "明怡", b"x") != provisional.of_polygon("", "明怡", b"y")
