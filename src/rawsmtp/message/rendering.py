"""An email message as octets that any server can carry: its headers checked, Bcc out, lines and octets within limits.

The caller's object is never changed: what has to be encoded in another way is, on a copy.
"""

from __future__ import annotations

import copy
import re
from functools import cache
from types import new_class
from typing import TYPE_CHECKING, Any

from rawsmtp.errors import NotSupported
from rawsmtp.wire.address import Mailbox

from .header_addresses import header_addresses, with_other_forms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import Message
    from email.policy import Policy

LONGEST_LINE = 998
"""RFC 5322 §2.1.1, in octets without the line end."""

# Python's generator ends lines at the marks of Unicode as well, and at form feeds, and begins a new header there.
_RAW_LINE_END = re.compile("\r\n(?![ \t])|\r(?!\n)|(?<!\r)\n(?![ \t])|[\0\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NEW_HEADER = re.compile(rb"\r\n(?![ \t])|\r(?!\n)|(?<!\r)\n(?![ \t])")
_ENCODED_WORD = re.compile(r"=\?[^?]*\?([qQbB])\?")
_ENCODED_LINE_END = re.compile("=0[aAdD]")
_FIELD_NAME = re.compile(r"[!-9;-~]+")
_ADDRESS_FIELDS = frozenset(
    prefix + name for prefix in ("", "resent-") for name in ("from", "sender", "reply-to", "to", "cc")
)
_HIDDEN = ("bcc", "resent-bcc")
_ENCODING = "Content-Transfer-Encoding"
_NO_TEXT = re.compile(rb"\0|\r(?!\n)")
"""What quoted-printable, whose line ends are line ends, does not bring back: UTF-16, say. RFC 2045 §6.7."""


def render(message: Message) -> bytes:
    """Return the octets of a message, in the transfer encodings that it has, but for binary and for lines too long.

    Raises ValueError for headers that would begin other ones, and for what Python's email package cannot write.
    """
    check_headers(message)
    octets = _written(message, _Copier())
    return _written(message, _Copier(long_lines=True)) if has_long_line(octets) else octets


def render_7bit(message: Message) -> bytes:
    """Return the octets of a message with every part that is not ASCII encoded as quoted-printable or base64.

    Raises NotSupported if that would break a signature. RFC 6152 §3, RFC 1847 §2.1.
    """
    check_headers(message)
    octets = _written(message, _Copier(seven_bit=True, long_lines=True))
    if not octets.isascii() and any(part.get_content_type() == "multipart/signed" for part in message.walk()):
        raise NotSupported(
            "a signed message has octets beyond ASCII, and the server does not offer 8BITMIME",
            extension="8BITMIME",
            hint="encode its parts as quoted-printable or base64 before it is signed",
        )
    return octets


def needs_utf8_headers(message: Message) -> bool:
    """Whether a header has an address whose local part is not ASCII: no encoding can carry it. RFC 6532 §3.2."""
    return _are_international(message.raw_items())


def _are_international(items: Iterable[tuple[str, object]]) -> bool:
    fields = [(name, value) for name, value in items if not str(value).isascii()]
    names = {name.lower() for name, _ in fields} & _ADDRESS_FIELDS
    return any(Mailbox.parse(address).needs_smtputf8 for name in names for address in _clear_addresses(fields, name))


def _clear_addresses(fields: Iterable[tuple[str, object]], name: str) -> list[str]:
    try:
        return header_addresses(fields, name)
    except ValueError:
        return []  # only the fields that the envelope is read from have to be clear


def check_headers(message: Message) -> None:
    """Raise ValueError for a header of any part that would begin another one, or the body."""
    try:
        parts = list(message.walk())
    except RecursionError as error:
        raise _unwritable(error) from None
    for part in parts:
        for name, value in part.raw_items():
            if not _FIELD_NAME.fullmatch(name):
                raise ValueError(f"not the name of a header: {name!a:.120}")
            if _RAW_LINE_END.search(str(value)) or _hides_line_end(str(value)):
                raise ValueError(f"the header {name} has a line end in it: {str(value)!a:.120}")


def _hides_line_end(text: str) -> bool:
    """Whether an encoded word has a line end in it: a generator that decodes it to fold it anew may write it."""
    # Python's own decoder takes time by the square of the words that do not end.
    place = 0
    while begin := _ENCODED_WORD.search(text, place):
        end = text.find("?=", begin.end())
        if end < 0:
            return False
        word, place = text[begin.end() : end], end + 2
        if _ENCODED_LINE_END.search(word) if begin[1] in "qQ" else _is_base64_of_lines(word):
            return True
    return False


def _is_base64_of_lines(word: str) -> bool:
    from binascii import Error, a2b_base64

    for padding in ("", "=", "=="):
        try:
            octets = a2b_base64(word.encode("ascii", "replace") + padding.encode())
        except Error:
            continue
        return b"\r" in octets or b"\n" in octets
    return False  # not base64, so nothing decodes it


def has_long_line(octets: bytes) -> bool:
    """Whether a line has more octets than a message may have in one."""
    start, size = 0, len(octets)
    while size - start > LONGEST_LINE:
        limit = start + LONGEST_LINE
        end = octets.rfind(b"\n", start, limit + 1)
        if end < 0 and octets[limit : limit + 2] != b"\r\n":
            return True
        start = end + 1 if end >= 0 else limit + 2
    return False


class _Copier:
    """Copies a message without its content, and encodes on the way what cannot be sent as it is.

    seven_bit: whether everything has to be ASCII.
    long_lines: whether parts with lines that are too long are encoded.
    """

    def __init__(self, *, seven_bit: bool = False, long_lines: bool = False) -> None:
        self._seven_bit = seven_bit
        self._long_lines = long_lines

    def copy(self, part: Message, *, is_whole: bool = True) -> Message:
        """Return the copy of a part.

        is_whole: whether it is a message of its own, not a part of a multipart.
        """
        copied = copy.copy(part)
        _set_fields(copied, [(name, self._mended(part.policy, name, value)) for name, value in part.raw_items()])
        content = part.get_payload()
        if isinstance(content, list):
            self._copy_parts(copied, content)
        elif isinstance(content, str) and self._is_wanted(part):
            _encode(copied)
            if is_whole and "MIME-Version" not in copied:
                copied["MIME-Version"] = "1.0"
        return copied

    def _mended(self, policy: Policy, name: str, value: object) -> object:
        text = str(value)
        is_too_long = self._long_lines and text.isascii() and has_long_line(f"{name}: {text}".encode())
        if is_too_long and _is_unstructured(name):
            return _header(policy, name, _unfolded(text))
        return _mended(policy, name, value)

    def _copy_parts(self, container: Message, parts: list[Any]) -> None:
        is_message = container.get_content_maintype() == "message"
        if container.get_content_type() != "multipart/signed":  # the signature is over the octets as they are
            container.set_payload([self.copy(part, is_whole=is_message) for part in parts])
        for name in ("preamble", "epilogue"):
            text = getattr(container, name)
            if text and not self._fits(text.encode("utf-8", "surrogateescape")):
                setattr(container, name, None)  # RFC 2046 §5.1.1: nothing of it is ever shown
        if _encoding(container) == "binary" or (self._seven_bit and _encoding(container) == "8bit"):
            # A container says no more than its parts do.
            _set_encoding(container, "7bit" if self._seven_bit else "8bit")

    def _is_wanted(self, part: Message) -> bool:
        # Binary would need BINARYMIME: the generator makes all that looks like a line end one.
        is_wanted = not self._fits(_octets(part)) or _encoding(part) == "binary"
        # RFC 2046 §5: composite types have no other encodings than 7bit, 8bit and binary.
        return is_wanted and part.get_content_maintype() not in ("multipart", "message")

    def _fits(self, octets: bytes) -> bool:
        if self._seven_bit and not octets.isascii():
            return False
        return not self._long_lines or not has_long_line(octets)


def _mended(policy: Policy, name: str, value: object) -> object:
    """Return the value of a header with ASCII domains, and in ASCII if it came as raw UTF-8."""
    text = str(value)
    if text.isascii():
        return value
    try:
        mended = text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeDecodeError:
        return value  # in a charset that nobody told
    if name.lower() in _ADDRESS_FIELDS:
        mended = _with_ascii_domains(name, value, mended)
    return value if mended == text else _header(policy, name, _unfolded(mended))


def _with_ascii_domains(name: str, value: object, text: str) -> str:
    ascii_forms = {}
    for address in _clear_addresses([(name, value)], name):
        mailbox = Mailbox.parse(address)
        if not address.isascii() and not mailbox.needs_smtputf8:
            ascii_forms[address] = str(mailbox.with_ascii_domain())
    return with_other_forms(text, ascii_forms) if ascii_forms else text


def _is_unstructured(name: str) -> bool:
    """Whether any of its words may be encoded. RFC 2047 §5."""
    from email.headerregistry import HeaderRegistry, UnstructuredHeader

    return issubclass(HeaderRegistry()[name], UnstructuredHeader)


def _unfolded(text: str) -> str:
    return text.replace("\r", "").replace("\n", "")


def _header(policy: Policy, name: str, text: str) -> object:
    from email.policy import EmailPolicy, default

    if isinstance(policy, EmailPolicy):
        return policy.header_store_parse(name, text)[1]
    # The old policy would make one encoded word of the whole value, addresses included.
    new = default.clone(utf8=_are_international([(name, text)]))
    folded: str = new.header_store_parse(name, text)[1].fold(policy=new)
    return folded.partition(":")[2].strip()


def _written(message: Message, copier: _Copier) -> bytes:
    try:
        bare = copier.copy(message)
        _set_fields(bare, [field for field in bare.raw_items() if field[0].lower() not in _HIDDEN])
        return _flatten(bare)
    except Exception as error:  # Python's email package raises whatever it likes on hostile messages
        if type(error) is ValueError:
            raise
        raise _unwritable(error) from error


def _unwritable(error: Exception) -> ValueError:
    return ValueError(f"the message cannot be written: {type(error).__name__}: {error!s:.200}")


def _flatten(message: Message) -> bytes:
    from email.generator import BytesGenerator
    from email.policy import EmailPolicy, default
    from io import BytesIO

    buffer = BytesIO()
    policy: Policy = message.policy
    if needs_utf8_headers(message):
        policy = (policy if isinstance(policy, EmailPolicy) else default).clone(utf8=True)
    checking = object.__new__(_checking(type(policy)))
    vars(checking).update(vars(policy))
    # A line that begins with "From " is mangled in mailbox files only.
    BytesGenerator(buffer, mangle_from_=False, policy=checking).flatten(message)
    return buffer.getvalue()


@cache
def _checking(kind: type[Policy]) -> type[Policy]:
    """Return a kind of policy that looks at what its headers became: which line ends it writes depends on Python."""

    def fold_binary(self: Policy, name: str, value: str) -> bytes:
        folded = kind.fold_binary(self, name, value)
        if _NEW_HEADER.search(folded.removesuffix(self.linesep.encode())):
            raise ValueError(f"the header {name} has a line end in it: {folded!a:.120}")
        return folded

    return new_class(kind.__name__, (kind,), exec_body=lambda body: body.update(fold_binary=fold_binary))


def _octets(part: Message) -> bytes:
    """Return the octets of a part's content as they are written."""
    if _encoding(part) not in ("base64", "quoted-printable"):
        return _decoded(part)
    return str(part.get_payload()).encode("utf-8", "surrogateescape")


def _decoded(part: Message) -> bytes:
    octets = part.get_payload(decode=True)
    return octets if isinstance(octets, bytes) else b""


def _encode(part: Message) -> None:
    octets = _decoded(part)
    if part.get_content_maintype() == "text" and not _NO_TEXT.search(octets):
        import quopri

        part.set_payload(quopri.encodestring(octets).decode("ascii"))
        _set_encoding(part, "quoted-printable")
    else:
        import base64

        part.set_payload(base64.encodebytes(octets).decode("ascii"))
        _set_encoding(part, "base64")


def _encoding(part: Message) -> str:
    return str(part.get(_ENCODING, "")).strip().lower()


def _set_encoding(part: Message, encoding: str) -> None:
    del part[_ENCODING]
    part[_ENCODING] = encoding


def _set_fields(part: Message, fields: list[tuple[str, object]]) -> None:
    part._headers = fields  # type: ignore[attr-defined]  # a copy shares the list with its original else
