"""Runs a program on a pseudo-terminal, types an answer when a prompt is shown, and copies what the terminal shows."""
import os
import pty
import sys

prompt, typed, program = sys.argv[1].encode(), sys.argv[2].encode() + b"\n", sys.argv[3:]
child, terminal = pty.fork()
if child == 0:
    os.execv(program[0], program)

shown = b""
answered = False
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    os.write(1, part)
    shown += part
    if not answered and prompt in shown:
        answered = True
        os.write(terminal, typed)

_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
