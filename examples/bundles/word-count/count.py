#!/usr/bin/env python3
"""Counts lines, words and characters of a text, or of a file of the workspace.

Arguments come as JSON on standard input; the answer goes to standard output.
"""
import json
import pathlib
import sys

LARGEST_FILE = 8 * 1024 * 1024


def main() -> int:
    arguments = json.load(sys.stdin)
    if "text" in arguments:
        text = arguments["text"]
    else:
        path = pathlib.Path(arguments["path"])
        if path.is_absolute() or ".." in path.parts:
            print("The path must be relative to the workspace.", file=sys.stderr)
            return 2
        try:
            if path.stat().st_size > LARGEST_FILE:
                print(f"{path} is larger than {LARGEST_FILE} bytes.", file=sys.stderr)
                return 2
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            print(f"{path} cannot be read: {error.strerror}.", file=sys.stderr)
            return 2
    json.dump({"output": {"lines": len(text.splitlines()), "words": len(text.split()), "characters": len(text)}}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
