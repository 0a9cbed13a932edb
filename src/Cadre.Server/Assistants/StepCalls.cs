using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Server.HostedTools;
using Cadre.Server.Runs;
using Cadre.Wire.Assistants;

namespace Cadre.Server.Assistants;

/// <summary>Calls as a step shows them. Pure.</summary>
internal static class StepCalls
{
    private static readonly string[] Rankers = ["auto", "default_2024_08_21"];

    public static StepCall Render(RunDefinition definition, CallRecord call, bool withContent) => HostedToolSettings.KindOf(definition, call.Request.Tool) switch
    {
        HostedToolSettings.CodeInterpreter => new StepCall.OfCode(new(CodeOf(call.Request.Arguments), Outputs(call))) { Id = call.Request.CallId },
        HostedToolSettings.FileSearch => new StepCall.OfSearch(Search(definition, call, withContent)) { Id = call.Request.CallId },
        _ => new StepCall.OfFunction(new(call.Request.Tool, call.Request.Arguments, call.Finished?.Result.Output)) { Id = call.Request.CallId },
    };

    /// <summary>A call that begins, before anything is said of it.</summary>
    public static StepCall Begun(RunDefinition definition, CallRecord call) => HostedToolSettings.KindOf(definition, call.Request.Tool) switch
    {
        HostedToolSettings.CodeInterpreter => new StepCall.OfCode(new("", [])) { Id = call.Request.CallId, Index = call.Index },
        HostedToolSettings.FileSearch => new StepCall.OfSearch(new()) { Id = call.Request.CallId, Index = call.Index },
        _ => new StepCall.OfFunction(new(call.Request.Tool, "", null)) { Id = call.Request.CallId, Index = call.Index },
    };

    /// <summary>What the model wrote in a call, added to <see cref="Begun"/>; null where nothing of it is shown.</summary>
    public static StepCall? InputDelta(RunDefinition definition, CallRecord call) => HostedToolSettings.KindOf(definition, call.Request.Tool) switch
    {
        HostedToolSettings.CodeInterpreter => new StepCall.OfCode(new(CodeOf(call.Request.Arguments), [])) { Index = call.Index },
        HostedToolSettings.FileSearch => null,
        _ => new StepCall.OfFunction(new(null, call.Request.Arguments, null)) { Index = call.Index },
    };

    /// <summary>What a finished call adds to its delta; null for nothing.</summary>
    public static StepCall? OutputDelta(RunDefinition definition, CallRecord call) =>
        HostedToolSettings.KindOf(definition, call.Request.Tool) == HostedToolSettings.CodeInterpreter && Outputs(call) is { Count: > 0 } outputs
            ? new StepCall.OfCode(new(null, [.. outputs.Select((output, index) => output with { Index = index })])) { Index = call.Index }
            : null;

    private static string CodeOf(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return Text(document.RootElement, "code") ?? Text(document.RootElement, "input") ?? arguments;
        }
        catch (JsonException)
        {
            // A model's arguments may be no JSON at all; they are shown as they are.
            return arguments;
        }
    }

    private static IReadOnlyList<CodeOutput> Outputs(CallRecord call)
    {
        if (call.Finished is not { Result: var result }) return [];
        if (List(result.Structured, "outputs") is not { } list) return result.Output.Length > 0 ? [new CodeOutput.OfLogs(result.Output)] : [];
        var outputs = new List<CodeOutput>();
        foreach (var output in list.EnumerateArray())
        {
            if (Text(output, "logs") is { } logs) outputs.Add(new CodeOutput.OfLogs(logs));
            else if (FileOf(output) is { } file) outputs.Add(new CodeOutput.OfImage(new(AssistantIds.File + AssistantIds.BareFile(file))));
        }

        return outputs;
    }

    private static string? FileOf(JsonElement output) =>
        Text(output, "file_id") ?? (output.ValueKind == JsonValueKind.Object && output.TryGetProperty("image", out var image) ? Text(image, "file_id") : null);

    private static StepSearch Search(RunDefinition definition, CallRecord call, bool withContent)
    {
        if (call.Finished is not { Result: var result }) return new();
        var hits = new List<SearchHit>();
        if (List(result.Structured, "results") is { } list)
        {
            foreach (var hit in list.EnumerateArray())
            {
                if (Text(hit, "file_id") is not { } file) continue;
                var score = hit.TryGetProperty("score", out var number) && number.ValueKind == JsonValueKind.Number ? Math.Clamp(number.GetDouble(), 0, 1) : 0;
                hits.Add(new(AssistantIds.File + AssistantIds.BareFile(file), Text(hit, "filename") ?? Text(hit, "file_name") ?? "", score) { Content = withContent ? [.. Texts(hit)] : null });
            }
        }

        return new() { RankingOptions = Ranking(definition), Results = hits };
    }

    /// <summary>As the request set them, or as they are when nothing was set.</summary>
    private static RankingOptions Ranking(RunDefinition definition)
    {
        var options = HostedToolSettings.Find(definition, HostedToolSettings.FileSearch) is { } tool
            && tool.TryGetProperty("file_search", out var search) && search.ValueKind == JsonValueKind.Object
            && search.TryGetProperty("ranking_options", out var ranking) && ranking.ValueKind == JsonValueKind.Object ? ranking : default;
        var ranker = Text(options, "ranker");
        var threshold = options.ValueKind == JsonValueKind.Object && options.TryGetProperty("score_threshold", out var least) && least.ValueKind == JsonValueKind.Number ? least.GetDouble() : 0;
        return new(Rankers.Contains(ranker) ? ranker! : Rankers[1], threshold);
    }

    private static IEnumerable<SearchText> Texts(JsonElement hit)
    {
        if (Text(hit, "text") is { } text) yield return new(text);
        if (List(hit, "content") is not { } content) yield break;
        foreach (var part in content.EnumerateArray())
        {
            if (Text(part, "text") is { } more) yield return new(more);
        }
    }

    private static JsonElement? List(JsonElement? value, string name) => value switch
    {
        { ValueKind: JsonValueKind.Array } list => list,
        { ValueKind: JsonValueKind.Object } whole when whole.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array => list,
        _ => null,
    };

    private static string? Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
