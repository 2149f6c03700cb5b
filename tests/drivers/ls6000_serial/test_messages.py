"""The grammar of messages, against the manual's own examples."""

import pytest

from labsvc.driver import ParseError
from labsvc_drivers.ls6000_serial.messages import (
    Item,
    begins_session,
    checksum,
    number_of,
    read_messages,
    two_characters,
    write_message,
)


def test_the_user_number_is_exclamation_mark_d() -> None:
    """The manual's example: (33 - 32) * 64 + (68 - 32) = 100."""
    assert number_of("!D") == 100
    assert two_characters(100) == "!D"


def test_the_marks_of_a_sample() -> None:
    """910 and 911 in the same code, worked out by hand: 14 * 64 + 14 and + 15."""
    assert (number_of(".."), number_of("./")) == (910, 911)


def test_a_checksum_is_eight_bits_in_two_characters() -> None:
    """``$ S`` sums to 24h + 20h + 53h = 97h = 2 * 64 + 23."""
    assert checksum(b"$ S") == '"7'
    (message,) = read_messages(b'\x01$ S"7\r\n')
    assert message.kind == "S"


def test_a_message_has_its_length_sequence_type_and_items() -> None:
    """Length counts all but SOH, itself and the line end."""
    content = write_message("!", "D", "!DI 4;..I 12")
    assert content[1] - 0x20 == len(content) - 4
    (message,) = read_messages(content)
    assert (message.sequence, message.kind) == ("!", "D")
    assert message.items == (Item(100, "I", "4"), Item(910, "I", "12"))


def test_a_semicolon_may_be_half_of_an_id() -> None:
    """ID 91 is ``!;``: items are told by their form."""
    (message,) = read_messages(write_message(" ", "D", "!;I 3;!DI 4"))
    assert message.items == (Item(91, "I", "3"), Item(100, "I", "4"))


def test_flow_control_within_a_message_belongs_to_none() -> None:
    """XON and XOFF may arrive anywhere."""
    content = write_message(" ", "S", "")
    spoken = read_messages(b"\x11" + content[:3] + b"\x13\x11" + content[3:])
    assert list(spoken) == list(read_messages(content))


def test_numbers_of_messages_may_wrap() -> None:
    """They run from the space on; the manual's last one could not be read, so two are allowed."""
    for last in "_~":
        pair = write_message(last, "D", "") + write_message(" ", "D", "")
        assert len(list(read_messages(pair))) == 2
    with pytest.raises(ParseError, match="line 2: message ' ' follows 'A'"):
        list(read_messages(write_message("A", "D", "") + write_message(" ", "D", "")))


def test_a_message_longer_than_the_manual_allows_is_not_written() -> None:
    """94 characters after the length."""
    assert len(write_message(" ", "D", "x" * 90)) == 98
    with pytest.raises(ValueError, match="does not fit into a message of 94"):
        write_message(" ", "D", "x" * 91)


def test_a_session_is_known_by_its_first_message() -> None:
    """Its checksum is for the parser: what it says there, a person can act on."""
    start = write_message(" ", "S", "")
    assert begins_session(start + b"\x01")
    assert begins_session(b'\x01$ S""\r\n')
    assert not begins_session(write_message(" ", "B", ""))
    assert not begins_session(start[:4])
