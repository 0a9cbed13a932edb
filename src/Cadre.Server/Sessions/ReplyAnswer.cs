using System.Globalization;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Sessions;

/// <summary>Answers with a run's reply when the run has ended or needs somebody, as one object or as a stream; when the caller's time is up, with what there is.</summary>
internal sealed class ReplyAnswer(TimeSpan wait, bool streams)
{
    /// <summary>Seconds that a reply is waited for.</summary>
    private const int DefaultWait = 120;

    private const int MaxWait = 600;

    /// <summary>The members <c>timeout</c> and <c>stream</c>.</summary>
    public static ReplyAnswer Read(Fields body) => new(TimeSpan.FromSeconds(body.Integer("timeout", 0, MaxWait) ?? DefaultWait), body.Flag("stream") ?? false);

    /// <summary>The parameter <c>timeout</c>; without it nothing is waited for.</summary>
    public static ReplyAnswer Read(IQueryCollection query)
    {
        if (query["timeout"].ToString() is not { Length: > 0 } text) return new(TimeSpan.Zero, false);
        return int.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= MaxWait
            ? new(TimeSpan.FromSeconds(seconds), false)
            : throw ApiException.BadRequest($"Invalid 'timeout': expected an integer from 0 to {MaxWait}.", "timeout", "invalid_value");
    }

    /// <param name="run">What the caller knows of it; goes on from there.</param>
    /// <param name="given">Calls of the run that the caller has just answered.</param>
    public async Task SendAsync(HttpContext http, ServerContext context, RunTimeline run, params IEnumerable<string> given)
    {
        using var stream = streams ? await ReplyStream.StartAsync(http, run) : null;
        var follower = new RunFollower(RunFollower.NoFunctions) { Watch = stream is null ? null : update => stream.ShowAsync(run, update) };
        follower.Given(run, given);
        using var limit = new CancellationTokenSource(wait, context.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping, limit.Token);
        var alive = stream?.KeepAliveAsync(context.Time, end.Token);
        try
        {
            await follower.FollowAsync(context.Runs, run, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            // The time is up, or the server stops: the run goes on.
        }
        finally
        {
            await end.CancelAsync();
            if (alive is not null) await alive;
        }

        if (run.State.Definition is null) run = await context.Runs.LoadAsync(Scope.Everything, run.Run, http.RequestAborted) ?? run;
        var reply = SessionReply.Of(run);
        if (stream is null) await Respond.WriteAsync(http, json => ReplyJson.Write(json, reply));
        else await stream.DoneAsync(reply);
    }
}
