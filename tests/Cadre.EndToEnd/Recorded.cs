using System.Text.Json;

namespace Cadre.EndToEnd;

/// <summary>What a state directory holds about the calls that a model made.</summary>
internal static class Recorded
{
    /// <summary>Every call of every run, in the order in which the models made them.</summary>
    public static IReadOnlyList<RecordedCall> Calls(CadreCommand command)
    {
        var made = new List<(string Id, string Tool, string Arguments)>();
        var results = new Dictionary<string, (string Status, string Output)>(StringComparer.Ordinal);
        foreach (var line in Journals(command).SelectMany(File.ReadLines))
        {
            using var document = JsonDocument.Parse(line);
            var fact = document.RootElement.GetProperty("event");
            switch (fact.GetProperty("type").GetString())
            {
                case "turn.finished":
                    foreach (var call in fact.GetProperty("reply").GetProperty("calls").EnumerateArray())
                        made.Add((call.GetProperty("call_id").GetString()!, call.GetProperty("tool").GetString()!, call.GetProperty("arguments").GetString()!));
                    break;
                case "call.finished":
                    var result = fact.GetProperty("result");
                    results[fact.GetProperty("call_id").GetString()!] = (result.GetProperty("status").GetString()!, result.GetProperty("output").GetString()!);
                    break;
            }
        }

        return [.. made.Select(call => results.TryGetValue(call.Id, out var result)
            ? new RecordedCall(call.Tool, call.Arguments, result.Status, result.Output)
            : new RecordedCall(call.Tool, call.Arguments, "open", ""))];
    }

    public static string[] Journals(CadreCommand command) => Directory.Exists(command.State) ? Directory.GetFiles(command.State, "run-*.jsonl") : [];

    /// <summary>Everything that was written down: journals, audit, log, cards, evidence.</summary>
    public static string Everything(CadreCommand command) =>
        string.Join('\n', Directory.EnumerateFiles(command.State, "*", SearchOption.AllDirectories).Select(File.ReadAllText));
}

internal sealed record RecordedCall(string Tool, string Arguments, string Status, string Output)
{
    public override string ToString() => $"{Tool} {Arguments}\n  {Status}: {Output}";
}
