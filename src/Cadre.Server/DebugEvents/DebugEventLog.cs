using System.Collections.Immutable;
using System.Text.Json;
using System.Threading.Channels;
using Cadre.Engine.Tools;
using Cadre.Models;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.DebugEvents;

/// <summary>Keeps the metadata of each request to the model endpoint for a week, and shows it to operators.</summary>
internal sealed class DebugEventLog(ServerContext context)
{
    private const int BatchSize = 256;
    private const int BatchesPerPage = 4;

    /// <summary>How long a request's record may be missing after it ended.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    /// <summary>What nobody's request owns.</summary>
    private static readonly Owner System = new("system", "system");

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/debug-events", ListAsync);

    public async Task RunAsync(ChannelReader<ModelCallRecord> calls, CancellationToken cancellationToken)
    {
        while (await calls.WaitToReadAsync(cancellationToken))
        {
            await Task.Delay(Lag, context.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (calls.TryPeek(out _)) await KeepAsync(Take(calls));
        }
    }

    private static ImmutableArray<DebugEvent> Take(ChannelReader<ModelCallRecord> calls)
    {
        var events = ImmutableArray.CreateBuilder<DebugEvent>();
        while (events.Count < BatchSize && calls.TryRead(out var call)) events.Add(DebugEvent.Of(call));
        return events.ToImmutable();
    }

    /// <summary>Also when the server is ending: what has happened is kept.</summary>
    private async Task KeepAsync(ImmutableArray<DebugEvent> events)
    {
        var now = context.Time.GetUtcNow();
        var body = JsonSerializer.SerializeToUtf8Bytes(new DebugEventBatch(events), DebugEventJson.Default.DebugEventBatch);
        var document = new Document(DebugEventBatch.Kind, Ids.New(), System, body) { CreatedAt = now, ExpiresAt = now + KeptFor };
        await context.Store.CommitAsync([new Change.Create(document)], CancellationToken.None);
    }

    private async Task ListAsync(HttpContext http)
    {
        Caller.ServerAdministrator(http);
        var query = ListQuery.Read(http);
        var page = await context.Store.ListAsync(Scope.Everything, new(DebugEventBatch.Kind) { Limit = BatchesPerPage, Descending = query.Descending, After = query.After }, http.RequestAborted)
            ?? throw ApiException.BadRequest("The cursor names no batch of events.", "after");
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var document in page.Items) Write(json, document);
            json.WriteEndArray();
            json.WriteString("last_id", page.Items.Count == 0 ? null : page.Items[^1].Id);
            json.WriteBoolean("has_more", page.HasMore);
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, Document document)
    {
        using var body = JsonDocument.Parse(document.Body);
        foreach (var @event in body.RootElement.GetProperty("events").EnumerateArray()) @event.WriteTo(json);
    }
}
