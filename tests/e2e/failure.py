# SPDX-License-Identifier: ISC
"""What a test that failed had before it, as comments of TAP: where, and the values there."""
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
VALUE, VALUES = 400, 40  # at most so many characters, and lines


def short(text):
    return text if len(text) <= VALUE else "%s ... %s" % (text[:VALUE // 2], text[-VALUE // 2:])


def values(frame):
    for name, value in frame.f_locals.items():
        if not name.startswith("_") and not callable(value):
            try:
                yield "  %s = %s" % (name, short(repr(value)))
            except Exception as error:  # an object that was not finished
                yield "  %s cannot be shown: %r" % (name, error)


def tell():
    """Of the exception that is being handled."""
    _, error, at = sys.exc_info()
    lines = traceback.format_exception(type(error), error, at)
    frames = [f for f, _ in traceback.walk_tb(at) if f.f_code.co_filename.startswith(HERE)][1:]
    shown = [line for f in reversed(frames) for line in [f.f_code.co_name + ":", *values(f)]]
    for line in shown[:VALUES] + "".join(lines).splitlines():
        print("# " + line)
