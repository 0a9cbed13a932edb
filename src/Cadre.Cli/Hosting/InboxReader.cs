using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Storage.Jsonl;
using Microsoft.Extensions.Logging;

namespace Cadre.Cli.Hosting;

/// <summary>Does what other cadre processes put into the inbox. Every message is checked like a command line: it decides nothing that a person could not.</summary>
/// <param name="reload">Reads the policy files again, for whom; the answer is for the log.</param>
internal sealed partial class InboxReader(RunControl control, Func<string, CancellationToken, ValueTask<string>> reload, ILogger<InboxReader> logger)
{
    public async Task RunAsync(Inbox inbox, CancellationToken cancellationToken)
    {
        await foreach (var message in inbox.ReadAsync(cancellationToken))
        {
            var result = await HandleAsync(message, cancellationToken);
            Handled(message.Kind, result ?? "not understood");
        }
    }

    /// <summary>Null for a message that this version does not understand.</summary>
    private async ValueTask<string?> HandleAsync(InboxMessage message, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(message.Payload);
        var payload = document.RootElement;
        if (payload.ValueKind != JsonValueKind.Object || Text(payload, "author") is not { } author) return null;
        if (message.Kind == RunCommands.ReloadKind) return await reload(author, cancellationToken);
        if (!RunId.TryParse(Text(payload, "run"), null, out var run)) return null;
        switch (message.Kind)
        {
            case RunCommands.CancelKind when Text(payload, "reason") is { } reason:
                return (await control.CancelAsync(run, author, reason, cancellationToken)).ToString();
            case RunCommands.DecideKind when Text(payload, "call") is { } call && Text(payload, "hash") is { } hash && Flag(payload, "approved") is { } approved:
                return (await control.DecideAsync(run, call, hash, new(approved, author, Text(payload, "comment")), cancellationToken)).ToString();
            default:
                return null;
        }
    }

    private static string? Text(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool? Flag(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    [LoggerMessage(Level = LogLevel.Information, Message = "Message {Kind} from another process: {Result}.")]
    private partial void Handled(string kind, string result);
}
