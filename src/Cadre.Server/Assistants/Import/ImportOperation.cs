using System.Globalization;
using System.Text.Json;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Assistants.Import;

/// <summary>
/// POST /v1/cadre/import: OpenAI's own objects (assistant, thread, thread.message, file with base64 <c>content</c>), one a line, into this server under the ids
/// that they have. The query's <c>first_line</c> is the number of the body's first line.
/// </summary>
internal sealed class ImportOperation(ServerContext context)
{
    public const int MaxBytes = 96 << 20;

    public async Task ImportAsync(HttpContext http)
    {
        var first = http.Request.Query["first_line"] is [{ Length: > 0 } text, ..]
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw ApiException.WrongType("first_line", "a positive integer", "another value")
            : 1;
        var body = await RequestBody.ReadBytesAsync(http, MaxBytes);
        var importer = new Importer(context, Caller.Of(http), http.RequestAborted);
        foreach (var line in InOrder(Lines(body, first, importer.Report))) await importer.AddAsync(line);
        await importer.FlushAsync();
        http.Response.ContentType = Respond.Json;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, Respond.Plain);
        importer.Report.Write(json);
    }

    private static List<ImportLine> Lines(ReadOnlyMemory<byte> body, int number, ImportReport report)
    {
        var lines = new List<ImportLine>();
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                try
                {
                    lines.Add(new(number, RequestBody.Parse(line)));
                }
                catch (ApiException wrong)
                {
                    report.Errors.Add((number, wrong.Message));
                }
            }

            number++;
        }

        return lines;
    }

    /// <summary>Threads before messages, and those oldest first: exports list the newest first.</summary>
    private static IEnumerable<ImportLine> InOrder(List<ImportLine> lines)
    {
        var messages = lines.Where(IsMessage).ToList();
        if (messages.Count > 1 && Age(messages[0]) > Age(messages[^1])) messages.Reverse();
        return lines.Where(line => !IsMessage(line)).Concat(messages.OrderBy(Age));
    }

    private static bool IsMessage(ImportLine line) => line.Body.Any("object") is { ValueKind: JsonValueKind.String } type && type.ValueEquals(ImportLine.Message);

    private static long Age(ImportLine message) => message.Body.Any("created_at") is { ValueKind: JsonValueKind.Number } at && at.TryGetInt64(out var seconds) ? seconds : 0;
}
