using System.Globalization;
using System.Threading.Channels;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Audit;

/// <summary>
/// Puts attempts to reach what is another's on record, beside the request that made them. One who tries again and again is counted: a bounded number of entries in
/// each minute, and then one that says how many more there were.
/// </summary>
public sealed class AccessWatch(IAudit audit, IHttpContextAccessor requests, TimeProvider time)
{
    public const int DefaultEntriesPerMinute = 60;

    private const int Waiting = 4096;
    private const int IdLength = 256;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Channel<Note> _notes = Channel.CreateBounded<Note>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private readonly Dictionary<(string? Organisation, string? User), (int Written, int Counted)> _askers = [];
    private int _unread;

    /// <summary>Entries of one asker.</summary>
    public int EntriesPerMinute { get; set; } = DefaultEntriesPerMinute;

    /// <param name="scope">What the asker reaches.</param>
    /// <param name="owner">Whose the thing is.</param>
    public void Refused(Scope scope, string kind, string id, Owner owner)
    {
        var http = requests.HttpContext;
        var caller = http is null ? null : Caller.TryOf(http);
        if (caller?.Organisation != scope.Organisation) caller = null;
        var attempt = new Note.Attempt(time.GetUtcNow(), scope.Organisation!, caller?.User ?? scope.User, kind, id.Length <= IdLength ? id : id[..IdLength], owner)
        {
            Request = http?.Response.Headers["x-request-id"].ToString(),
            Route = http is null ? null : $"{http.Request.Method} {(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? http.Request.Path}",
        };
        if (!_notes.Writer.TryWrite(attempt)) Interlocked.Increment(ref _unread);
    }

    /// <summary>Completes when every attempt so far is on record.</summary>
    public async Task SettledAsync(CancellationToken cancellationToken)
    {
        var here = new Note.Reached(new(TaskCreationOptions.RunContinuationsAsynchronously));
        await _notes.Writer.WriteAsync(here, cancellationToken);
        await here.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Writes until it is stopped, and then what is left.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = time.CreateTimer(_ => _notes.Writer.TryWrite(new Note.MinuteOver()), null, Minute, Minute);
        try
        {
            while (await _notes.Reader.WaitToReadAsync(stop)) await WriteWaitingAsync();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await WriteWaitingAsync();
            await WriteCountsAsync();
            throw;
        }
    }

    private async ValueTask WriteWaitingAsync()
    {
        while (_notes.Reader.TryRead(out var note))
        {
            switch (note)
            {
                case Note.Attempt attempt:
                    await WriteAsync(attempt);
                    break;
                case Note.Reached(var done):
                    done.TrySetResult();
                    break;
                case Note.MinuteOver:
                    await WriteCountsAsync();
                    break;
            }
        }
    }

    private async ValueTask WriteAsync(Note.Attempt attempt)
    {
        var asker = (attempt.Organisation, attempt.User);
        var (written, counted) = _askers.GetValueOrDefault(asker);
        if (written >= EntriesPerMinute)
        {
            _askers[asker] = (written, counted + 1);
            return;
        }

        _askers[asker] = (written + 1, counted);
        var details = new Dictionary<string, string>
        {
            [AuditDetails.Organisation] = attempt.Organisation,
            [AuditDetails.OwnerOrganisation] = attempt.Owner.Organisation,
            ["owner_user"] = attempt.Owner.User,
            ["thing"] = attempt.Kind,
            ["id"] = attempt.Id,
        };
        if (attempt.User is { } user) details[AuditDetails.User] = user;
        if (attempt.Request is { Length: > 0 } request) details["request_id"] = request;
        if (attempt.Route is { } route) details["route"] = route;
        await audit.WriteAsync(new(attempt.At, AuditKinds.AccessRefused, $"user:{attempt.User}", null, null, details), CancellationToken.None);
    }

    private async ValueTask WriteCountsAsync()
    {
        foreach (var ((organisation, user), (_, counted)) in _askers.Where(asker => asker.Value.Counted > 0).ToList()) await WriteCountAsync(organisation, user, counted);
        _askers.Clear();
        if (Interlocked.Exchange(ref _unread, 0) is > 0 and var unread) await WriteCountAsync(null, null, unread);
    }

    private ValueTask WriteCountAsync(string? organisation, string? user, int count)
    {
        var details = new Dictionary<string, string> { ["count"] = count.ToString(CultureInfo.InvariantCulture) };
        if (organisation is not null) details[AuditDetails.Organisation] = organisation;
        if (user is not null) details[AuditDetails.User] = user;
        // The attempts were on things of several owners: only the first organisation sees their sum.
        details[AuditDetails.OwnerOrganisation] = ApiKeys.FirstOrganisation;
        return audit.WriteAsync(new(time.GetUtcNow(), AuditKinds.AccessRefused, $"user:{user}", null, null, details), CancellationToken.None);
    }

    private abstract record Note
    {
        private Note() { }

        public sealed record Attempt(DateTimeOffset At, string Organisation, string? User, string Kind, string Id, Owner Owner) : Note
        {
            public string? Request { get; init; }
            public string? Route { get; init; }
        }

        /// <summary>Everything before it was read.</summary>
        public sealed record Reached(TaskCompletionSource Done) : Note;

        public sealed record MinuteOver : Note;
    }
}
