"""Names of files and addresses of links."""

import pytest

from reports.rules.evidence import MAX_LINK, MAX_TITLE, NotTaken, checked_link, clean_title, clean_words, host_of


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("验收报告.pdf", "验收报告.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\我\\报告.pdf", "报告.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a.pdf\x00.exe", "a.pdf.exe"),
        ("\u202efdp.exe", "fdp.exe"),
        ("a\u2066\u200b\r\nb.pdf", "ab.pdf"),
        ("\ud800.pdf", "evidence.pdf"),
        (".pdf", "evidence.pdf"),
        (" a.pdf. ", "a.pdf"),
        ("", "evidence"),
        ("///", "evidence"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("x" * 300, "x" * MAX_TITLE),
        ("长" * 196 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_a_title_is_the_name_without_what_could_deceive(name, title):
    assert clean_title(name) == title
    assert len(clean_title(name)) <= MAX_TITLE


def test_the_name_of_a_link_may_be_left_out():
    assert clean_words(" \u202e\n ") == ""
    assert clean_words("公示\x00 / 第一期") == "公示 / 第一期"


@pytest.mark.parametrize(
    ("text", "url", "host"),
    [
        ("https://www.shanghai.gov.cn/a?b=1#c", "https://www.shanghai.gov.cn/a?b=1#c", "www.shanghai.gov.cn"),
        (" HTTP://Oa/文件/1 ", "http://Oa/文件/1", "oa"),
        ("http://10.1.2.3:8080/x", "http://10.1.2.3:8080/x", "10.1.2.3"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/", "2001:db8::1"),
        ("https://上海.中国/", "https://上海.中国/", "上海.中国"),
    ],
)
def test_a_link_is_taken_with_its_host(text, url, host):
    assert checked_link(text) == (url, host)
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "link_scheme"),
        ("www.shanghai.gov.cn", "link_scheme"),
        ("javascript:alert(1)", "link_scheme"),
        ("ftp://a.cn/", "link_scheme"),
        ("file:///etc/passwd", "link_scheme"),
        ("https://", "link_host"),
        ("https:///a", "link_host"),
        ("https://a..cn/", "link_host"),
        ("https://-a.cn/", "link_host"),
        ("https://a.cn:99999/", "link_host"),
        ("https://a.cn:x/", "link_host"),
        ("https://[::1/", "link_host"),
        ("https://<b>.cn/", "link_host"),
        (f"https://{'a' * 64}.cn/", "link_host"),
        (f"https://{'a.' * 130}cn/", "link_host"),
        ("https://me:secret@a.cn/", "link_credentials"),
        ("https://me@a.cn/", "link_credentials"),
        ("https://@a.cn/", "link_credentials"),
        ("https://a.cn/ x", "link_unfit"),
        ("https://a.cn/\nx", "link_unfit"),
        ("https://a.cn/\x00", "link_unfit"),
        ("https://a.cn/\u202e", "link_unfit"),
        ("https://a.cn\\@b.cn/", "link_unfit"),
        ("https://a.cn/" + "x" * MAX_LINK, "link_too_long"),
    ],
)
def test_a_link_that_cannot_be_followed_or_trusted_is_not_taken(text, why):
    with pytest.raises(NotTaken) as caught:
        checked_link(text)
    assert caught.value.code == why


def test_the_longest_link():
    longest = "https://a.cn/".ljust(MAX_LINK, "x")
    assert checked_link(longest).url == longest
