using System.Collections.Concurrent;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Responses.Streaming;

/// <summary>The responses that are being made, and who reads them.</summary>
internal sealed partial class ResponseStreams
{
    /// <summary>Open runs read at a time at the start.</summary>
    private const int Batch = 500;

    private readonly ServerContext _context;
    private readonly ILogger<ResponseStreams> _logger;
    private readonly ConcurrentDictionary<RunId, Lazy<Task<ResponseRecorder>>> _recorders = new();

    /// <summary>Runs before this one are of former processes.</summary>
    private readonly RunId _first;

    public ResponseStreams(ServerContext context)
    {
        _context = context;
        _logger = context.Parts.Log.CreateLogger<ResponseStreams>();
        _first = context.Ids.NewRun();
        context.Work.AddBeforeRuns(ResumeAsync);
        context.Work.Add("The recording of streamed responses", WorkAsync);
    }

    /// <summary>Starts a response, with a reader who misses nothing of it.</summary>
    /// <inheritdoc cref="ResponseStarter.StartAsync"/>
    public async Task<ResponseReader> StartAsync(ResponseStarter starter, Caller caller, Fields body, RunTimeline? known, bool streamed, CancellationToken cancellationToken)
    {
        ResponseReader? reader = null;
        try
        {
            await starter.StartAsync(caller, body, response => reader = Begin(response, caller.Owner, cancellationToken), known, streamed, cancellationToken);
            return reader ?? throw new InvalidOperationException("A response was started that nobody was told of.");
        }
        catch when (reader is not null)
        {
            if (_recorders.TryRemove(reader.Response.Run, out var recorder)) (await recorder.Value).Abandon();
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>A reader of a response whose run is about to start.</summary>
    private ResponseReader Begin(StoredResponse response, Owner owner, CancellationToken cancellationToken)
    {
        var timeline = new RunTimeline(response.Run);
        if (response.IsUnstored || !response.Stream)
            return new(response, timeline, left => new RunSubscription(_context.Runs, timeline, "", left), _context.Time, cancellationToken);
        var recording = new RunTimeline(response.Run);
        var recorder = Record(response.Run, owner, recording, new(_context.Store, recording));
        _recorders[response.Run] = new(Task.FromResult(recorder));
        return Reader(response, timeline, recorder, cancellationToken);
    }

    /// <summary>A reader of a stored response from its beginning.</summary>
    public async ValueTask<ResponseReader> ReadAsync(StoredResponse response, Owner owner, bool hasEnded, CancellationToken cancellationToken)
    {
        var recorder = _recorders.TryGetValue(response.Run, out var known) ? await known.Value : hasEnded ? null : await ResumeAsync(response.Run, owner);
        return Reader(response, new(response.Run), recorder, cancellationToken);
    }

    /// <summary>Cancels what nobody can read any more, and removes it with all that it has left.</summary>
    public async Task ForgetAsync(RunId run)
    {
        try
        {
            const string Reason = "Nobody can read the response: it is not stored, and its caller has gone.";
            if (await _context.Runs.Control.CancelAsync(run, "system", Reason, _context.Stopping) == CommandResult.NoSuchRun) return;
            var timeline = new RunTimeline(run);
            await using var updates = new RunSubscription(_context.Runs, timeline, "", _context.Stopping);
            while (!timeline.State.HasEnded && await updates.MoveNextAsync())
            {
            }

            await _context.Store.CommitAsync([new Change.Forget(run)], _context.Stopping);
        }
        catch (OperationCanceledException) when (_context.Stopping.IsCancellationRequested)
        {
            // The next start forgets it.
        }
    }

    private ResponseReader Reader(StoredResponse response, RunTimeline timeline, ResponseRecorder? recorder, CancellationToken cancellationToken) =>
        new(response, timeline, left => new RecordedUpdates(_context.Store, _context.Runs, timeline, recorder, left), _context.Time, cancellationToken);

    private Task<ResponseRecorder> ResumeAsync(RunId run, Owner owner) => _recorders.GetOrAdd(run, _ => new(async () =>
    {
        var timeline = new RunTimeline(run);
        var log = new ResponseLog(_context.Store, timeline);
        await foreach (var _ in log.ReadAsync(_context.Stopping))
        {
        }

        return Record(run, owner, timeline, log);
    })).Value;

    private ResponseRecorder Record(RunId run, Owner owner, RunTimeline timeline, ResponseLog log)
    {
        var recorder = new ResponseRecorder(_context.Store, owner, new(_context.Runs, timeline, log.Shown, _context.Stopping), timeline, log, _context.Time);
        _ = WatchAsync(run, recorder);
        return recorder;
    }

    private async Task WatchAsync(RunId run, ResponseRecorder recorder)
    {
        try
        {
            await recorder.Completion;
        }
        catch (OperationCanceledException)
        {
            // The server drains, and the next one goes on from the rows; or the run did not start.
        }
        catch (Exception failure)
        {
            RecordingFailed(run, failure);
        }

        _recorders.TryRemove(run, out _);
    }

    /// <summary>Streams that a former process left open are recorded again.</summary>
    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        await foreach (var run in LeftAsync(StoredResponse.Face, ended: false, cancellationToken))
        {
            if (await _context.Store.GetAsync(Scope.Everything, StoredResponse.Kind, run.Run.ToString(), cancellationToken) is { } document && StoredResponse.Read(document).Stream)
                await ResumeAsync(run.Run, run.Owner);
        }
    }

    /// <summary>What a former process left and nobody can read is forgotten. Then until the server drains.</summary>
    private async Task WorkAsync(CancellationToken stopping)
    {
        var forgetting = new List<Task>();
        await foreach (var run in LeftAsync(StoredResponse.UnstoredFace, ended: null, stopping)) forgetting.Add(ForgetAsync(run.Run));
        await Task.WhenAll(forgetting);
        await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var recorder in _recorders.Values)
        {
            if (recorder is not { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) continue;
            await (await recorder.Value).Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs of former processes.</summary>
    private async IAsyncEnumerable<RunEntry> LeftAsync(string face, bool? ended, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RunId? after = null;
        while (true)
        {
            var runs = await _context.Store.ListRunsAsync(Scope.Everything, new() { Face = face, Ended = ended, Limit = Batch, After = after, Descending = false }, cancellationToken);
            foreach (var run in runs)
            {
                if (run.Run > _first) yield break;
                yield return run;
            }

            if (runs.Count < Batch) yield break;
            after = runs[^1].Run;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The events of run {Run} cannot be recorded: its readers were sent away, and may resume.")]
    private partial void RecordingFailed(RunId run, Exception failure);
}
