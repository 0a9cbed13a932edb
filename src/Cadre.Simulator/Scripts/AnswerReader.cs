using Cadre.Simulator.Answers;
using YamlDotNet.RepresentationModel;

namespace Cadre.Simulator.Scripts;

/// <summary>Reads the <c>then</c> of a rule.</summary>
internal static class AnswerReader
{
    private const int MaxFloodMebibytes = 64;
    private const int MaxEvents = 1_000_000;

    public static RuleAnswer Read(YamlNode node, string file)
    {
        var map = new ScriptMap(node, file, "'then'");
        var text = TakeTemplate(map, "text");
        var json = map.Take("json");
        if (text is not null && json is not null)
        {
            throw map.Refuse(json, "'text' and 'json' are two ways to write the same answer: give one");
        }

        var answer = new RuleAnswer
        {
            Text = text ?? (json is null ? null : JsonTemplate(map, json)),
            Calls = [.. map.TakeItems("calls").Select(call => ReadCall(call, file))],
            AsBuiltIn = map.TakeFlag("builtin") ?? false,
            FloodMebibytes = map.TakeCount("flood_mib", 1, MaxFloodMebibytes) ?? 0,
            InvalidArguments = map.TakeFlag("invalid_arguments") ?? false,
            UnknownTool = map.TakeFlag("unknown_tool") ?? false,
            Delay = map.TakeTime("delay") ?? TimeSpan.Zero,
            ChunkDelay = map.TakeTime("chunk_delay") ?? TimeSpan.Zero,
            ChunkSize = map.TakeCount("chunk_size", 1, 1 << 20) ?? Answer.DefaultChunkSize,
            Usage = map.Take("usage") is { } usage ? ReadUsage(usage, file) : null,
            Fault = map.Take("fault") is { } fault ? FaultReader.Read(fault, file, MaxEvents) : null,
        };
        var empty = map.TakeFlag("empty") ?? false;
        map.RequireAllTaken();
        var says = answer.Text is not null || answer.Calls.Count > 0 || answer.AsBuiltIn || answer.FloodMebibytes > 0
            || answer.InvalidArguments || answer.UnknownTool;
        if (empty && says)
        {
            throw map.Refuse(node, "an empty answer has no text and no calls");
        }

        // A fault in the middle needs something to be in the middle of.
        return says || empty || answer.Fault is Fault.Status or Fault.Reset or Fault.Refuse or Fault.StallBefore
            ? answer
            : answer.Fault is not null
                ? answer with { AsBuiltIn = true }
                : throw map.Refuse(node, "'then' says nothing: give text, json, calls, builtin, flood_mib, invalid_arguments, unknown_tool, empty or fault");
    }

    private static ScriptedCall ReadCall(YamlNode node, string file)
    {
        var map = new ScriptMap(node, file, "a call");
        var name = map.TakeText("name") ?? throw map.Refuse(node, "a call needs a 'name'");
        var arguments = map.Take("arguments");
        map.RequireAllTaken();
        return new(name, arguments switch
        {
            null => new Template("{}", isJson: true),
            YamlScalarNode { Value: { } raw } => new Template(RequirePlaces(map, arguments, raw), isJson: true),
            YamlMappingNode => JsonTemplate(map, arguments),
            _ => throw map.Refuse(arguments, "'arguments' must be a mapping, or a text that is sent as it is"),
        });
    }

    private static Template? TakeTemplate(ScriptMap map, string key)
    {
        var node = map.Take(key);
        return node switch
        {
            null => null,
            YamlScalarNode { Value: { } text } => new(RequirePlaces(map, node, text), isJson: false),
            _ => throw map.Refuse(node, $"'{key}' must be a text"),
        };
    }

    private static Template JsonTemplate(ScriptMap map, YamlNode node) => new(RequirePlaces(map, node, YamlJson.Write(node)), isJson: true);

    private static string RequirePlaces(ScriptMap map, YamlNode node, string text) => Template.FindUnknown(text) is { } unknown
        ? throw map.Refuse(node, $"unknown place {unknown}; known: {{{{last_user}}}}, {{{{tool_output}}}}, {{{{tool_output:N}}}}, {{{{model}}}}")
        : text;

    private static TokenUsage ReadUsage(YamlNode node, string file)
    {
        var map = new ScriptMap(node, file, "'usage'");
        var usage = new TokenUsage(
            map.TakeCount("input", 0, int.MaxValue / 2) ?? 0,
            map.TakeCount("cached", 0, int.MaxValue / 2) ?? 0,
            map.TakeCount("output", 0, int.MaxValue / 2) ?? 0);
        map.RequireAllTaken();
        return usage;
    }
}
