using System.CommandLine;
using System.Text.Json;
using Cadre.Cli.Hosting;
using Cadre.Cli.Remote;
using Cadre.Cli.Rendering;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre import FILE</c>: assistants, threads, messages and files out of an export, into a running server under the ids that they have.</summary>
internal static class ImportCommand
{
    private const int MaxReason = 300;

    public static Command Create(Surroundings surroundings)
    {
        var file = new Argument<string>("file") { Description = "NDJSON: one of OpenAI's objects a line (assistant, thread, thread.message, file with base64 \"content\"); '-' is standard input." };
        var (url, key) = (ServerClient.UrlOption(), ServerClient.KeyOption());
        var json = CommonOptions.Json();
        var command = new Command("import", "Bring assistants, threads, messages and files to a running server, with their ids.") { file, url, key, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var server = ServerClient.Create(parsed.GetValue(url), parsed.GetValue(key), surroundings);
            await using var lines = Open(parsed.GetRequiredValue(file), surroundings);
            var result = await SendAsync(lines, server, surroundings.Terminal, cancellationToken);
            if (parsed.GetValue(json)) surroundings.Terminal.Print(result.ToJson());
            else Say(result, surroundings.Terminal);
            return result.Errors.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static Stream Open(string file, Surroundings surroundings)
    {
        if (file == "-") return Console.OpenStandardInput();
        var path = Path.GetFullPath(file, surroundings.Directory);
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException($"{path} cannot be read: {failure.Message}", exitCode: ExitCode.Usage);
        }
    }

    private static async Task<ImportResult> SendAsync(Stream lines, ServerClient server, Terminal terminal, CancellationToken cancellationToken)
    {
        var result = new ImportResult();
        using var progress = new ImportProgress(terminal, lines.CanSeek ? lines.Length : null);
        await foreach (var batch in ImportBatches.ReadAsync(lines, result, cancellationToken))
        {
            using var body = new ByteArrayContent(batch.Bytes) { Headers = { ContentType = new("application/x-ndjson") } };
            result.Add(await server.SendAsync(HttpMethod.Post, $"v1/cadre/import?first_line={batch.FirstLine}", body, cancellationToken));
            progress.Show(batch.ReadBytes, result.Total);
        }

        return result;
    }

    private static void Say(ImportResult result, Terminal terminal)
    {
        foreach (var (line, reason) in result.Errors) terminal.Fail($"line {line}: {TerminalText.Line(reason, MaxReason)}");
        var kinds = string.Join(", ", result.Imported.Select(kind => TerminalText.Plural(kind.Value, kind.Key switch { "thread.message" => "message", var name => name })));
        terminal.Print($"Imported {kinds}; {result.Unchanged} were there already; {TerminalText.Plural(result.Errors.Count, "line was wrong and changed nothing", "lines were wrong and changed nothing")}.");
    }
}

/// <summary>What the server said of all batches together.</summary>
internal sealed class ImportResult
{
    public SortedDictionary<string, long> Imported { get; } = new(StringComparer.Ordinal);
    public long Unchanged { get; private set; }
    public List<(long Line, string Reason)> Errors { get; } = [];
    public long Total => Imported.Values.Sum() + Unchanged + Errors.Count;

    public void Add(JsonElement report)
    {
        foreach (var kind in report.GetProperty("imported").EnumerateObject()) Imported[kind.Name] = Imported.GetValueOrDefault(kind.Name) + kind.Value.GetInt64();
        Unchanged += report.GetProperty("unchanged").GetInt64();
        foreach (var error in report.GetProperty("errors").EnumerateArray()) Errors.Add((error.GetProperty("line").GetInt64(), error.GetProperty("reason").GetString() ?? ""));
    }

    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("imported");
            foreach (var (kind, count) in Imported) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteNumber("unchanged", Unchanged);
            json.WriteStartArray("errors");
            foreach (var (line, reason) in Errors)
            {
                json.WriteStartObject();
                json.WriteNumber("line", line);
                json.WriteString("reason", reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
