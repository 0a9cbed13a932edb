using System.Collections.Concurrent;
using Cadre.Engine.Runs;

namespace Cadre.Storage.Jsonl;

/// <summary>The runs that were appended to lately. One that nobody uses and that is all in its file may be forgotten; the file tells its version again.</summary>
internal sealed class KnownRuns(string directory, JsonlOptions options)
{
    private readonly ConcurrentDictionary<RunId, RunFile> _runs = new();
    private int _count;

    public IEnumerable<RunFile> All => _runs.Values;

    /// <summary>The run, loaded, and kept until <see cref="RunFile.Leave"/>.</summary>
    public RunFile Enter(RunId id)
    {
        while (true)
        {
            if (!_runs.TryGetValue(id, out var run)) run = Add(id);
            if (!run.TryEnter()) continue;
            try
            {
                run.Load(options.Disk, options.LineLimit);
                return run;
            }
            catch
            {
                run.Leave();
                throw;
            }
        }
    }

    public RunFile? Find(RunId id) => _runs.GetValueOrDefault(id);

    private RunFile Add(RunId id)
    {
        if (Volatile.Read(ref _count) >= options.KnownRuns) Forget();
        var added = new RunFile(id, Path.Combine(directory, RunFileName.Of(id)));
        var run = _runs.GetOrAdd(id, added);
        if (ReferenceEquals(run, added)) Interlocked.Increment(ref _count);
        return run;
    }

    private void Forget()
    {
        foreach (var (id, run) in _runs)
        {
            if (run.TryForget() && _runs.TryRemove(new(id, run))) Interlocked.Decrement(ref _count);
        }
    }
}
