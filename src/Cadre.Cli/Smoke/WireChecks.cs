using System.Text.Json;
using Cadre.Cli.Terminals;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;

namespace Cadre.Cli.Smoke;

/// <summary>Small exchanges with a model, each of which shows one ability that Cadre needs.</summary>
internal sealed class WireChecks(IModel model, string name, TimeProvider time)
{
    public const string Text = "text";
    public const string Streaming = "streaming";
    public const string ToolCall = "tool call";
    public const string Structured = "structured output";

    private const int OutputTokens = 2_000;
    private const int DetailLength = 120;

    public async Task<IReadOnlyList<SmokeCheck>> RunAsync(CancellationToken cancellationToken) =>
    [
        await CheckAsync(Text, TextAsync, cancellationToken),
        await CheckAsync(Streaming, StreamingAsync, cancellationToken),
        await CheckAsync(ToolCall, ToolCallAsync, cancellationToken),
        await CheckAsync(Structured, StructuredAsync, cancellationToken),
    ];

    private async Task<SmokeCheck> CheckAsync(string check, Func<CancellationToken, Task<(bool Passed, string Detail)>> run, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (passed, detail) = await run(cancellationToken);
        return new(check, passed, TerminalText.Line(detail, DetailLength), (long)time.GetElapsedTime(started).TotalMilliseconds);
    }

    private async Task<(bool, string)> TextAsync(CancellationToken cancellationToken)
    {
        var (_, reply, failure) = await AskAsync(Ask("Reply with one short sentence of greeting."), cancellationToken);
        return reply is null ? (false, failure!) : (reply.Text.Trim().Length > 0, $"{reply.Text.Trim().Length} characters, {reply.Usage.Total} tokens");
    }

    private async Task<(bool, string)> StreamingAsync(CancellationToken cancellationToken)
    {
        var (streamed, reply, failure) = await AskAsync(Ask("Count from one to ten in words, separated by blanks."), cancellationToken);
        if (reply is null) return (false, failure!);
        var whole = string.Concat(streamed);
        return (whole.Length > 0 && whole == reply.Text, $"{streamed.Count} pieces, {(whole == reply.Text ? "the same as the finished reply" : "not the same as the finished reply")}");
    }

    private async Task<(bool, string)> ToolCallAsync(CancellationToken cancellationToken)
    {
        var request = Ask("Use the tool smoke_add to add 40 and 2, then tell the sum.") with
        {
            Tools = [new("smoke_add", "Adds two integers.", Schema("""{"type":"object","additionalProperties":false,"required":["a","b"],"properties":{"a":{"type":"integer"},"b":{"type":"integer"}}}"""))],
            ToolChoice = new(ToolChoiceMode.Named, "smoke_add"),
        };
        var (_, reply, failure) = await AskAsync(request, cancellationToken);
        if (reply is null) return (false, failure!);
        if (reply.Calls is not [var call, ..]) return (false, "the model called no tool");
        if (!IsObject(call.Arguments)) return (false, $"the arguments are no JSON object: {call.Arguments}");
        List<Message> messages = [.. request.Messages, new Message.Assistant(reply.Text, reply.Calls, reply.Raw)];
        messages.AddRange(reply.Calls.Select(each => new Message.ToolOutput(each.CallId, "42")));
        var (_, final, second) = await AskAsync(request with { Messages = messages, ToolChoice = null }, cancellationToken);
        return final is null ? (false, second!) : (final.Text.Contains("42", StringComparison.Ordinal), $"called with {call.Arguments}; the answer {(final.Text.Contains("42", StringComparison.Ordinal) ? "has" : "lacks")} the tool's output");
    }

    private async Task<(bool, string)> StructuredAsync(CancellationToken cancellationToken)
    {
        var output = new OutputSchema("smoke_city", Schema("""{"type":"object","additionalProperties":false,"required":["city","country"],"properties":{"city":{"type":"string"},"country":{"type":"string"}}}"""));
        var (_, reply, failure) = await AskAsync(Ask("Which city is the capital of France? Answer as JSON.") with { Output = output }, cancellationToken);
        if (reply is null) return (false, failure!);
        try
        {
            using var document = JsonDocument.Parse(reply.Text);
            var fits = document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("city", out var city) && city.ValueKind == JsonValueKind.String
                && document.RootElement.TryGetProperty("country", out var country) && country.ValueKind == JsonValueKind.String;
            return (fits, reply.Text);
        }
        catch (JsonException)
        {
            return (false, $"not JSON: {reply.Text}");
        }
    }

    private async Task<(List<string> Streamed, ModelReply? Reply, string? Failure)> AskAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        var streamed = new List<string>();
        await foreach (var chunk in model.StreamAsync(request, cancellationToken))
        {
            switch (chunk)
            {
                case ModelChunk.Text text:
                    streamed.Add(text.Delta);
                    break;
                case ModelChunk.Retrying:
                    streamed.Clear();
                    break;
                case ModelChunk.Completed completed:
                    return (streamed, completed.Reply, null);
                case ModelChunk.Failed failed:
                    return (streamed, null, $"{failed.Failure.Kind}: {failed.Failure.Message}");
            }
        }

        return (streamed, null, "the stream had no end");
    }

    private ModelRequest Ask(string text) => new(name, "You are being tested. Follow the request exactly and briefly.", [new Message.User(text)]) { MaxOutputTokens = OutputTokens };

    private static bool IsObject(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonElement Schema(string json) => JsonElement.Parse(json);
}
