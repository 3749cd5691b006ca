"""Genuine things, mangled: what a fuzzer that knows nothing of a format does to it."""

from __future__ import annotations

from hypothesis import strategies as st

#: Bytes that mean something in most formats: ends, signs, lengths, brackets.
TELLING = (b"\0", b"\xff", b"\x80", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"<<", b">>", b"(",
           b"endstream", b"%%EOF", b"\r\n", b"\n\n", b"{", b"}", b"\"", b"-1", b"0", b"99999999999",
           b"\xed\xa0\x80", b"\xc0\xaf", b"/ByteRange", b"=", b"#")


@st.composite
def mangled(draw: st.DrawFn, genuine: bytes) -> bytes:
    """Give a genuine thing after one to five cuts, flips, insertions or repetitions."""
    data = bytearray(genuine)
    for _time in range(draw(st.integers(1, 5))):
        if not data:
            break
        at = draw(st.integers(0, len(data) - 1))
        till = min(len(data), at + draw(st.integers(1, 64)))
        how = draw(st.sampled_from(("flip", "cut", "drop", "put", "again", "swap", "noise")))
        if how == "flip":
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "cut":
            del data[at:]
        elif how == "drop":
            del data[at:till]
        elif how == "put":
            data[at:at] = draw(st.sampled_from(TELLING))
        elif how == "again":
            data[at:at] = data[at:till] * draw(st.integers(1, 50))
        elif how == "swap":
            data[at:till] = data[at:till][::-1]
        else:
            data[at:till] = draw(st.binary(min_size=0, max_size=64))
    return bytes(data)


def anything_like(genuine: bytes) -> st.SearchStrategy[bytes]:
    """Give mangled things most of the time, and plain noise now and then."""
    return st.one_of(mangled(genuine), mangled(genuine), st.binary(max_size=400))


#: Texts that people, machines and attackers send: any letters, and what is known to hurt.
TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from((
        "", " ", "\0", "\ud800", "\u202e", "\ufeff", "0", "-1", "1e309", "NaN", "null", "true",
        "[]", "{}", "../../etc/passwd", "%00", "%0d%0aX: y", "\r\nBcc: a@b.example",
        "'; DROP TABLE x;--", "<script>x</script>", "{{7*7}}", "${7*7}", "%s%s%n", "A" * 5000,
        "9" * 400, "٣٤٥٦٧٨", "2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01",
        "2026-11-23T99:99", "24:00", "a@b", "a@b.example\n", "javascript:alert(1)",
        "//evil.example", "\u0000a\u0007",
    )))
