#!/usr/bin/env python3
"""Check sealed papers of a consent portal, without the portal.

    python3 check_paper.py PAPER.pdf [OTHER.pdf] --root root.pem

It needs Python 3.8 or newer and the program openssl 3, nothing else: no install, no network, no
word from whoever runs the portal. Fetch root.pem from the address that stands on the last page of
the paper, and compare its fingerprint with the one in print. What is looked at, in this order:
 1. One seal covers the file from the first byte to the last; the hole that it stands in holds
    nothing else. No other signature, nothing added, nothing cut off.
 2. openssl checks the seal over those bytes, up to the root certificate. What openssl does not
    look at has to be spelled in the one way that the portal spells it. Of a time stamp it is said
    what it says and that it is whole, not whether its service is to be believed.
 3. The attached record.json is the text under the version hash that was signed.
 4. The events in proof.json (in the coachee's edition) lead to the hash they are to end with.
 5. Of two papers: whether they are of one engagement, and tell the same up to the earlier one.
It ends with 0 if all holds, 1 if something does not, 2 if it cannot be said.
"""
import argparse
import calendar
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

SIGNED_DATA, DATA = (bytes.fromhex("06092a864886f70d01070" + last) for last in "21")
STAMP, STAMPED = (bytes.fromhex("060b2a864886f70d010910" + last) for last in ("020e", "0104"))
SHA256 = bytes.fromhex("300b0609608648016503040201")
SIGNERS = {}  # by what it was hashed (SHA-256, 384, 512), how it may have been signed: ECDSA or RSA
for one, ec, rsa in ("1", "2", "b"), ("2", "3", "c"), ("3", "4", "d"):
    for size, null in ("b", ""), ("d", "0500"):
        SIGNERS[bytes.fromhex(f"300{size}060960864801650304020{one}{null}")] = [
            bytes.fromhex(f"300a06082a8648ce3d04030{ec}"),
            *(bytes.fromhex(f"300d06092a864886f70d01010{way}0500") for way in ("1", rsa))]
VERIFY = ["cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-out", "out"]
UNDER = ["-cades", "-CAfile", "root.pem", "-no-CApath", "-no-CAstore", "-attime"]
NO_STAMP = "the time stamp in the seal is not as it was written"


class Wrong(Exception):
    code, verdict = 1, "NOT GENUINE"


class Unclear(Wrong):
    code, verdict = 2, "CANNOT BE SAID"


def need(holds, says="the seal itself is not as it was written", kind=Wrong):
    if not holds:
        raise kind(says)


def values(data, *tags):
    """Return the DER values in data as (tag, body, whole), of these tags where any are given."""
    found, at = [], 0
    while at < len(data):
        need(len(data) - at > 1 and data[at] & 31 < 31)
        size, begin = data[at + 1], at + 2
        if size & 128:  # a length of several bytes, which has to be as short as it can be
            begin += size & 127
            size = int.from_bytes(data[at + 2:begin], "big")
            need(size > 127 and data[at + 2] > 0 and begin - at < 7)
        need(begin + size <= len(data))
        found.append((data[at], data[begin:begin + size], data[at:begin + size]))
        at = begin + size
    need(not tags or [one[0] for one in found] == list(tags))
    return found


def need_der(data):
    """Refuse what openssl would put right before it looks at it: sets and sequences alone nest."""
    for tag, body, _ in values(data):
        need(tag & 192 or (tag & 32 > 0) == (tag & 31 in (16, 17)))
        if tag & 32:
            need_der(body)


def read_signature(der, version, inner):
    """Return certificates and the parts of the one signer of a CMS (RFC 5652) over `inner`."""
    kind, wrapped = values(values(der, 0x30)[0][1], 0x06, 0xA0)
    number, digests, content, held, signers = values(
        values(wrapped[1], 0x30)[0][1], 0x02, 0x31, 0x30, 0xA0, 0x31)
    signer = values(values(signers[1], 0x30)[0][1])
    certificates = [part[2] for part in values(held[1])]
    owns = [values(values(values(one, 0x30)[0][1])[0][1]) for one in certificates]
    need([part[0] for part in signer[:6]] == [0x02, 0x30, 0x30, 0xA0, 0x30, 0x04])
    need(kind[2] == SIGNED_DATA and number[1][0] == version and signer[0][1] == b"\x01")
    need(digests[1] == signer[2][2] and signer[4][2] in SIGNERS.get(signer[2][2], ()))
    need(signer[1][1] in [own[3][2] + own[1][2] for own in owns])  # issuer and serial number
    need(values(content[1])[0][2] == inner)
    need_der(signer[3][1])
    return certificates, signer


def openssl(folder, *words):
    try:
        return not subprocess.run(["openssl", *words], cwd=folder, capture_output=True, timeout=60,
                                  check=False).returncode
    except (OSError, subprocess.TimeoutExpired) as no:
        raise Unclear(f"the program openssl does not run here: {no}") from no


def find_seal(pdf):
    """Return the bytes before and behind the hole, and the seal in it (DER)."""
    need(pdf.startswith(b"%PDF-"), "this is no PDF", Unclear)
    ranges = re.search(rb"/ByteRange *\[ *0 +(\d{1,9}) +(\d{1,9}) +(\d{1,9}) *\]", pdf)
    need(ranges or b"/Encrypt" not in pdf, "this PDF is encrypted, which no paper is", Unclear)
    need(ranges, "this file carries no seal of the portal")
    need(pdf.count(b"/ByteRange") == 1, "more than one signature is in this file. If its proof was "
         "renewed, check the first file", Unclear if b"/Type /DocTimeStamp" in pdf else Wrong)
    begin, again, rest = map(int, ranges.groups())
    need(again + rest >= len(pdf), "something was added behind what was sealed")
    need(again + rest == len(pdf), "the end of this file is missing")
    hole = re.fullmatch(rb"<((?:[0-9A-F]{2})+)>", pdf[begin:again][:1 << 20])
    need(hole)
    raw = bytes.fromhex(hole[1].decode())
    size = 4 + int.from_bytes(raw[2:4], "big")  # a sequence of 256 to 65,535 bytes
    need(raw[:2] == b"\x30\x82" and not any(raw[size:]))
    return pdf[:begin], pdf[again:], raw[:size]


def check_seal(pdf, root, folder):
    """Return when the paper was sealed: by the portal's clock, and by its time stamp if any."""
    before, behind, der = find_seal(pdf)
    _certificates, signer = read_signature(der, 1, DATA)
    need(signer[2][2] == SHA256 and len(signer) < 8)
    moment = re.search(rb"/M \(D(?:\\072|:)(\d{14})Z\)", behind)
    need(moment and b"/TransformMethod /DocMDP" in behind and b"/P 1\n" in behind,
         "the signature in this file is no seal over a finished paper")
    at = calendar.timegm(time.strptime(moment[1].decode(), "%Y%m%d%H%M%S"))
    (folder / "seal").write_bytes(der)
    (folder / "covered").write_bytes(before + behind)
    (folder / "root.pem").write_bytes(root)
    given = [*VERIFY, "-in", "seal", "-content", "covered"]
    if not openssl(folder, *given, *UNDER, str(at)):
        need(openssl(folder, *given, "-noverify"), "the file was changed after it was sealed")
        raise Wrong("the seal stands under another root certificate than the one given")
    sealed, stamped = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at)), "none"
    for part in signer[6:]:
        kind, held = values(values(values(part[2], 0xA1)[0][1], 0x30)[0][1], 0x06, 0x31)
        need(kind[2] == STAMP, NO_STAMP)
        stamped = check_stamp(pdf, held[1], signer[5][1], folder)
    return sealed, stamped


def check_stamp(pdf, token, sealed, folder):
    """Return the instant in a time stamp over the seal (RFC 3161)."""
    certificates, _signer = read_signature(token, 3, STAMPED)
    kept = {pdf[head.end():head.end() + int(head[1])]  # what the seal covers of certificates
            for head in re.finditer(rb"obj\n<<\n/Length (\d+)\n>>\nstream\n", pdf)}
    need(kept.issuperset(certificates), NO_STAMP)
    (folder / "token").write_bytes(token)
    need(openssl(folder, *VERIFY, "-in", "token", "-noverify"), NO_STAMP)
    told = values(values((folder / "out").read_bytes(), 0x30)[0][1])
    need(values(told[2][1])[1][1] == hashlib.sha256(sealed).digest(), NO_STAMP)
    return told[4][1].decode()


def check_contents(pdf):
    """Return record, proof and story of a paper. Its seal was good: the file is the portal's."""
    held = {}
    named = rb"/EF << /F (\d+) 0 R /UF \d+ 0 R >> /F \(([\w.]+)\) /Type /Filespec"
    for number, name in re.findall(named, pdf):
        head = re.search(rb"\n" + number + rb" 0 obj\n<< ([^\n]*) >>\nstream\n", pdf)
        need(head and b"/Type /EmbeddedFile" in head[1], "what is attached cannot be read")
        body = pdf[head.end():head.end() + int(re.search(rb"/Length (\d+)", head[1])[1])]
        held[name.decode()] = zlib.decompress(body) if b"/FlateDecode" in head[1] else body
    need("record.json" in held, "no record is attached")
    record = json.loads(held["record.json"])
    if "proof.json" not in held:
        return record, None, []
    proof = json.loads(held["proof.json"])
    version, story = proof["version"], proof["story"]
    signed = b"ccp/agreement/v1\n" + bytes.fromhex(version["nonce"]) + held["record.json"]
    need(hashlib.sha256(signed).hexdigest() == version["hash"],
         "the record is not the one that was signed")
    receipt = hashlib.sha256(held.get("consent.jsonld", b"")).hexdigest()
    need(proof.get("receipt_sha256", receipt) == receipt, "the receipt is another one")
    heads = [story["genesis"]]
    for event in story.get("events", ()):
        spelled = json.dumps(event, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        own = event.get("withheld") or hashlib.sha256(spelled.encode()).hexdigest()
        heads.append(hashlib.sha256(f"ccp/story/v1\n{heads[-1]}\n{own}".encode()).hexdigest())
    need("events" not in story or heads[-1] == story["head"],
         "the events do not lead to the hash they are to end with")
    return record, proof, heads if "events" in story else []


def compare(papers):
    """Say whether two papers tell the same up to the earlier one."""
    need(all(one[1] for one in papers), "a paper without proof.json tells no story", Unclear)
    (_, early, _), (_, late, heads) = sorted(papers, key=lambda it: (it[1]["copied_at"], it[2]))
    head = early["story"]["head"]
    need(early["story"]["genesis"] == late["story"]["genesis"], "they are of two engagements")
    if head == late["story"]["head"]:
        return "Both tell the same: nothing that they would tell happened in between."
    need(heads, "the later one is a common edition, which tells no events", Unclear)
    need(head in heads, "THEY DO NOT TELL THE SAME: somebody has rewritten what happened")
    return f"Both tell the same up to the earlier one; events after it: {heads[::-1].index(head)}."


def show(name, pdf, times, record, proof):
    told = [("Sealed", f"{times[0]} by the portal's clock"), ("Time stamp", times[1]),
            ("Agreement", record.get("template", {}).get("name")),
            ("From, until", f"{record.get('effective_from')}, {record.get('valid_to')}")]
    told += [("Signer", f"{one['name']} ({one['capacity']})") for one in record.get("slots", ())]
    if proof:
        told += [("Edition", f"{proof['edition']}, code {proof['short_code']}"),
                 ("Version hash", proof["version"]["hash"]),
                 ("Record's head", proof["ledger"]["head"]),
                 ("Story's head", proof["story"]["head"])]
        told += [("Event", " ".join(one[key] for key in ("at", "kind", "entry") if key in one)
                  or "withheld: before this coach") for one in proof["story"].get("events", ())]
    told += [("File (SHA-256)", hashlib.sha256(pdf).hexdigest())]
    print(f"{name}: GENUINE, unchanged to the last bit")
    print(*(f"  {what:15} {says}" for what, says in told), sep="\n")


def main():
    words = argparse.ArgumentParser(description="Check sealed papers of a consent portal.")
    words.add_argument("papers", nargs="+", metavar="PAPER.pdf", help="one, or two to compare")
    words.add_argument("--root", required=True, help="the root certificate of the portal (PEM)")
    given, told, name = words.parse_args(), [], "Root"
    try:
        root = Path(given.root).read_bytes()
        for name in given.papers:
            need(Path(name).stat().st_size < 64 << 20, "it is larger than any paper", Unclear)
            pdf = Path(name).read_bytes()
            with tempfile.TemporaryDirectory() as folder:
                times = check_seal(pdf, root, Path(folder))
            told.append(check_contents(pdf))
            show(name, pdf, times, *told[-1][:2])
        name = "Together"
        if len(told) == 2:
            print(f"Together: {compare(told)}")
    except (OSError, ValueError, KeyError, IndexError, TypeError, zlib.error, Wrong) as no:
        if not isinstance(no, Wrong):
            no = (Unclear if isinstance(no, OSError) else Wrong)(f"it cannot be read ({no})")
        print(f"{name}: {no.verdict}, {no}")
        return no.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
