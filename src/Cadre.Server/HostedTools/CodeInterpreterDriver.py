# Runs inside the sandbox and keeps the variables. Speaks JSON lines over its standard streams: {"op": "put", "name", "bytes"} and then as many bytes,
# or {"op": "run", "code"}; a run is answered by {"logs", "files": [{"path", "bytes"}], "left_out": [...]} and then the files' bytes, in order.
# The code it runs may do anything to it: the other side believes nothing of what it says and bounds all of it.
import ast, io, json, linecache, os, signal, stat, sys, threading, traceback, types

ROOT, HEAD, TAIL = "/mnt/data", 48 << 10, 16 << 10
MAX_FILES, MAX_FILE, MAX_TOTAL, MAX_ENTRIES = 20, 64 << 20, 128 << 20, 5_000
commands = os.fdopen(os.dup(0), "rb")
answers = os.fdopen(os.dup(1), "wb")
os.set_inheritable(commands.fileno(), False)
os.set_inheritable(answers.fileno(), False)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.chdir(ROOT)
sys.path.insert(0, ROOT)


class Log:
    """Keeps the beginning and the end of what is written to the standard streams, also by child processes."""

    def __init__(self):
        reading, writing = os.pipe()
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        os.close(writing)
        self.lock, self.mark = threading.Condition(), b"\0cadre-%s\0" % os.urandom(16).hex().encode()
        self.clear()
        threading.Thread(target=self.read, args=(reading,), daemon=True).start()

    def clear(self):
        self.head, self.tail, self.cut, self.done = bytearray(), bytearray(), 0, False

    def add(self, data):
        room = HEAD - len(self.head)
        self.head += data[:room]
        self.tail += data[room:]
        if len(self.tail) > TAIL * 2:
            self.cut += len(self.tail) - TAIL
            del self.tail[:-TAIL]

    def read(self, reading):
        pending = b""
        while True:
            pending += os.read(reading, 65536)
            with self.lock:
                before, found, after = pending.partition(self.mark)
                if found:
                    self.add(before)
                    pending, self.done = after, True
                    self.lock.notify_all()
                else:
                    keep = len(self.mark)
                    self.add(pending[:-keep])
                    pending = pending[-keep:]

    def take(self):
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(2, self.mark)
        with self.lock:
            self.lock.wait_for(lambda: self.done, timeout=5)
            if len(self.tail) > TAIL:
                self.cut += len(self.tail) - TAIL
                del self.tail[:-TAIL]
            note = f"\n[... {self.cut} bytes left out ...]\n".encode() if self.cut else b""
            text = (bytes(self.head) + note + bytes(self.tail)).decode("utf-8", "replace")
            self.clear()
        return text


def entries():
    found, count = {}, 0
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__pycache__"]
        for name in names:
            count += 1
            if count > MAX_ENTRIES:
                return found
            path = os.path.join(folder, name)
            try:
                path.encode()
                about = os.lstat(path)
            except (OSError, UnicodeError):
                continue
            if stat.S_ISREG(about.st_mode) and not name.startswith("."):
                found[path] = (about.st_size, about.st_mtime_ns, about.st_ino)
    return found


def execute(code, cell, variables):
    name = f"<cell {cell}>"
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    try:
        tree = ast.parse(code, name)
        last = ast.Expression(tree.body.pop().value) if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), variables)
        if last is not None:
            value = eval(compile(last, name, "eval"), variables)
            if value is not None:
                print(repr(value))
    except SystemExit:
        pass
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == "<string>":
            trace = trace.tb_next
        traceback.print_exception(type(error), error, trace)


def send(logs, before):
    files, left_out, total = [], [], 0
    for path, about in entries().items():
        if before.get(path) == about:
            continue
        relative = os.path.relpath(path, ROOT)
        try:
            if len(files) >= MAX_FILES or about[0] > MAX_FILE or total + about[0] > MAX_TOTAL:
                raise OSError("over a limit")
            with open(path, "rb") as content:
                data = content.read(MAX_FILE + 1)
            if len(data) > MAX_FILE:
                raise OSError("over a limit")
        except OSError:
            left_out.append(relative[:200])
            continue
        total += len(data)
        files.append((relative, data))
    answer = {"logs": logs, "files": [{"path": path, "bytes": len(data)} for path, data in files], "left_out": left_out[:MAX_FILES]}
    answers.write(json.dumps(answer).encode() + b"\n")
    for _, data in files:
        answers.write(data)
    answers.flush()


def main():
    log, cell = Log(), 0
    sys.modules["__main__"] = module = types.ModuleType("__main__")
    variables = module.__dict__
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", 0, closefd=False), encoding="utf-8", errors="replace", write_through=True)
    sys.stderr = io.TextIOWrapper(os.fdopen(2, "wb", 0, closefd=False), encoding="utf-8", errors="replace", write_through=True)
    while line := commands.readline():
        command = json.loads(line)
        if command["op"] == "put":
            data = commands.read(command["bytes"])
            path = os.path.normpath(os.path.join(ROOT, command["name"]))
            try:
                if not path.startswith(ROOT + "/"):
                    continue
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(data)
            except OSError as error:
                print(f"{command['name']} could not be put into {ROOT}: {error}", file=sys.stderr)
            continue
        cell += 1
        before = entries()
        execute(command["code"], cell, variables)
        try:
            os.kill(-1, signal.SIGKILL)  # what the code left running; neither this process nor the first
        except OSError:
            pass
        send(log.take(), before)


main()
