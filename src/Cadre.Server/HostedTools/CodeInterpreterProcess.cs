using System.Buffers;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Server.Files;
using Cadre.Storage.Documents;

namespace Cadre.Server.HostedTools;

/// <summary>A Python process in the sandbox that keeps the variables of one container. What it answers was made by foreign code: all of it is bounded, none is believed.</summary>
internal sealed class CodeInterpreterProcess : IAsyncDisposable
{
    public const string Root = "/mnt/data";

    /// <summary>Of all files in the container, and of one.</summary>
    public const long DiskBytes = 256L << 20;

    public const long MemoryBytes = 1L << 30;
    private const int MaxProcesses = 64;

    /// <summary>Of an answer without its files.</summary>
    private const int MaxAnswerBytes = 1 << 20;

    public const int MaxFiles = 20;
    public const long MaxFileBytes = 64L << 20;

    private static readonly byte[] Driver = ReadDriver();
    private readonly ISandboxedProcess _process;
    private readonly Task _errors;
    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    private CodeInterpreterProcess(ISandboxedProcess process)
    {
        _process = process;
        _errors = process.Error.CopyToAsync(Stream.Null);
    }

    /// <summary>Names of the files that were put into it, by the content's hash.</summary>
    public Dictionary<string, string> Inside { get; } = new(StringComparer.Ordinal);

    /// <param name="directory">An empty one of the host's.</param>
    /// <exception cref="SandboxUnavailableException">This machine cannot confine it.</exception>
    public static async Task<CodeInterpreterProcess> StartAsync(ISandbox sandbox, string directory, CancellationToken cancellationToken)
    {
        var limits = SandboxLimits.Default with { MemoryBytes = MemoryBytes, Processes = MaxProcesses, FileBytes = DiskBytes };
        var command = new SandboxCommand(["/usr/bin/python3", "-I", "-B", "-u", "-c", Encoding.UTF8.GetString(Driver)], directory, limits) { WritableDirectory = false, Scratch = Root };
        return new(await sandbox.StartAsync(command, cancellationToken));
    }

    /// <exception cref="IOException">It is gone.</exception>
    public async Task PutAsync(string name, Stream content, long bytes, CancellationToken cancellationToken)
    {
        await WriteAsync(json =>
        {
            json.WriteString("op", "put");
            json.WriteString("name", name);
            json.WriteNumber("bytes", bytes);
        }, cancellationToken);
        await content.CopyToAsync(_process.Input, cancellationToken);
        await _process.Input.FlushAsync(cancellationToken);
    }

    /// <summary>Runs code, and gives what it wrote; each file goes straight to the blobs.</summary>
    /// <exception cref="IOException">It is gone, or it does not speak as the driver does.</exception>
    public async Task<Answer> RunAsync(string code, IBlobs blobs, CancellationToken cancellationToken)
    {
        await WriteAsync(json =>
        {
            json.WriteString("op", "run");
            json.WriteString("code", code);
        }, cancellationToken);
        await _process.Input.FlushAsync(cancellationToken);
        try
        {
            using var answer = JsonDocument.Parse(await ReadLineAsync(cancellationToken));
            var announced = answer.RootElement.GetProperty("files");
            if (announced.GetArrayLength() > MaxFiles) throw new InvalidDataException("Too many files.");
            var files = new List<(string Path, Blob Content)>();
            foreach (var file in announced.EnumerateArray())
            {
                var bytes = file.GetProperty("bytes").GetInt64();
                if (bytes is < 0 or > MaxFileBytes) throw new InvalidDataException("A file is too large.");
                var content = await blobs.PutAsync(new Part(this, bytes), MaxFileBytes, cancellationToken);
                if (content.Bytes != bytes) throw new EndOfStreamException();
                files.Add((file.GetProperty("path").GetString()!, content));
            }

            return new(answer.RootElement.GetProperty("logs").GetString()!, files, [.. answer.RootElement.GetProperty("left_out").EnumerateArray().Select(path => path.GetString()!)]);
        }
        catch (Exception nonsense) when (nonsense is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or InvalidDataException)
        {
            throw new IOException("The interpreter answered with something else than an answer.", nonsense);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _errors.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteAsync(Action<Utf8JsonWriter> members, CancellationToken cancellationToken)
    {
        var line = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(line);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        line.Write("\n"u8);
        await _process.Input.WriteAsync(line.WrittenMemory, cancellationToken);
    }

    private async Task<ReadOnlyMemory<byte>> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = _buffer.AsSpan(_start, length).ToArray();
                _start += length + 1;
                return line;
            }

            if (_end - _start > MaxAnswerBytes) throw new InvalidDataException("The answer is too long.");
            await FillAsync(cancellationToken);
        }
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = await _process.Output.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        if (read == 0) throw new EndOfStreamException("The interpreter has ended.");
        _end += read;
    }

    private static byte[] ReadDriver()
    {
        using var resource = typeof(CodeInterpreterProcess).Assembly.GetManifestResourceStream("CodeInterpreterDriver.py")!;
        var driver = new byte[resource.Length];
        resource.ReadExactly(driver);
        return driver;
    }

    internal sealed record Answer(string Logs, IReadOnlyList<(string Path, Blob Content)> Files, IReadOnlyList<string> LeftOut);

    /// <summary>The next bytes of the output, as many as were announced.</summary>
    private sealed class Part(CodeInterpreterProcess from, long left) : ReadOnlyStream
    {
        private long _left = left;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0) return 0;
            if (from._start == from._end) await from.FillAsync(cancellationToken);
            var count = (int)Math.Min(Math.Min(buffer.Length, _left), from._end - from._start);
            from._buffer.AsMemory(from._start, count).CopyTo(buffer);
            from._start += count;
            _left -= count;
            return count;
        }
    }
}
