using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Audit;

/// <summary><c>/api/v1/audit</c>: what was done and by whom, for operators of the organisation; and whether the record of it is whole.</summary>
internal sealed class AuditFace(ServerContext context)
{
    private const int MaxPage = 1_000;

    /// <summary>Entries that an export reads at a time.</summary>
    private const int ExportPage = 1_000;

    /// <summary>Pages that are read at the same time; each may keep a processor busy for a second.</summary>
    private const int Readers = 8;

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    private int _readers;
    private int _verifiers;

    private IAuditHistory History => context.Parts.AuditHistory;

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var face = new AuditFace(context);
        routes.MapGet("/api/v1/audit", face.ListAsync);
        routes.MapGet("/api/v1/audit/export", face.ExportAsync);
        routes.MapGet("/api/v1/audit/verify", face.VerifyAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        if (http.Request.Headers.Accept.ToString().Contains(AuditWriting.LinesType, StringComparison.OrdinalIgnoreCase))
        {
            await ExportAsync(http);
            return;
        }

        var query = AuditRequest.Read(http, Caller.Operator(http));
        var page = await ReadAsync(query, AuditRequest.Cursor(http), ListQuery.Read(http, maxLimit: MaxPage).Limit, http.RequestAborted)
            ?? throw ApiException.BadRequest("The cursor names no place in the audit log.", "cursor", "invalid_value");
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var item in page.Items) AuditWriting.Write(json, item);
            json.WriteEndArray();
            json.WriteBoolean("has_more", page.Next is not null);
            json.WriteString("next_cursor", page.Next?.ToString());
            json.WriteEndObject();
        });
    }

    /// <summary>Everything that the query admits, as lines of JSON, newest first. The export is itself on record.</summary>
    private async Task ExportAsync(HttpContext http)
    {
        var caller = Caller.Operator(http);
        var query = AuditRequest.Read(http, caller);
        var place = AuditRequest.Cursor(http);
        var page = await ReadAsync(query, place, ExportPage, http.RequestAborted)
            ?? throw ApiException.BadRequest("The cursor names no place in the audit log.", "cursor", "invalid_value");
        await context.Engine.Audit.WriteAsync(new(context.Time.GetUtcNow(), AuditKinds.AuditExport, caller.Author, null, null, new Dictionary<string, string>
        {
            [AuditDetails.Organisation] = caller.Organisation,
            [AuditDetails.User] = caller.User,
            ["query"] = http.Request.QueryString.ToString(),
        }), http.RequestAborted);
        http.Response.ContentType = AuditWriting.LinesType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, Respond.Plain);
        while (true)
        {
            foreach (var item in page.Items)
            {
                AuditWriting.Write(json, item);
                await json.FlushAsync(http.RequestAborted);
                json.Reset();
                AuditWriting.EndLine(http.Response.BodyWriter);
            }

            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
            if (page.Next is not { } next) return;
            page = await ReadAsync(query, next, ExportPage, http.RequestAborted) ?? throw new IOException("A file of the audit log went away while it was exported.");
        }
    }

    private async Task VerifyAsync(HttpContext http)
    {
        if (Caller.Operator(http).Organisation != ApiKeys.FirstOrganisation)
            throw new ApiException(StatusCodes.Status403Forbidden, "The record is one for all organisations: only an operator of the first organisation verifies it.") { Code = "not_the_first_organisation" };
        try
        {
            if (Interlocked.Increment(ref _verifiers) > 1) throw Busy("The audit log is being verified.");
            var found = await History.VerifyAsync(http.RequestAborted);
            await Respond.WriteAsync(http, json => AuditWriting.Write(json, found));
        }
        finally
        {
            Interlocked.Decrement(ref _verifiers);
        }
    }

    private async ValueTask<AuditPage?> ReadAsync(AuditQuery query, AuditPlace? place, int limit, CancellationToken cancellationToken)
    {
        // What somebody tried before this request is shown to it.
        if (place is null) await context.Access.SettledAsync(cancellationToken);
        try
        {
            if (Interlocked.Increment(ref _readers) > Readers) throw Busy("The audit log is read by too many at the same time.");
            return await History.ReadAsync(query, place, limit, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }

    private static ApiException Busy(string message) => new(StatusCodes.Status429TooManyRequests, message) { Code = "audit_busy", RetryAfter = Again };
}
