using System.Buffers;
using System.Runtime.CompilerServices;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Storage.Jsonl;

/// <summary>
/// A journal as another process sees it: what its log held at the opening, and the files as they are when they are read. A line that is being written
/// is not there yet.
/// </summary>
public sealed class ReadOnlyJsonlJournal : IJournal
{
    private readonly string _directory;
    private readonly JsonlOptions _options;
    private readonly ILookup<RunId, WalLines> _log;

    internal ReadOnlyJsonlJournal(string directory, JsonlOptions options)
    {
        (_directory, _options) = (directory, options);
        _log = WalRecovery.Read(directory).ToLookup(lines => lines.Run);
    }

    /// <exception cref="InvalidOperationException">Always.</exception>
    public ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("This journal was opened for reading only.");

    public IAsyncEnumerable<RunEvent> ReadAsync(RunId run, long from, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        var rest = new ArrayBufferWriter<byte>();
        foreach (var append in _log[run]) rest.Write(append.Lines.Span);
        return new RunFileReader(run, Path.Combine(_directory, RunFileName.Of(run)), long.MaxValue, rest.WrittenMemory, _options.LineLimit)
            .ReadAsync(from, cancellationToken);
    }

    public async IAsyncEnumerable<RunId> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var runs = RunFiles.List(_directory);
        runs.UnionWith(_log.Where(lines => lines.First().FileOffset == 0).Select(lines => lines.Key));
        foreach (var run in runs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return run;
        }

        await ValueTask.CompletedTask;
    }
}
