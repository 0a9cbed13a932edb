using Cadre.Simulator.Answers;
using YamlDotNet.RepresentationModel;

namespace Cadre.Simulator.Scripts;

/// <summary>Reads a fault: a word (<c>fault: reset</c>), an HTTP status (<c>fault: 500</c>), or a mapping with <c>kind</c> and its settings.</summary>
internal static class FaultReader
{
    private const string Kinds = "status, reset, refuse, stall_before, stall, cut, end_early, malformed, error_event";
    private static readonly TimeSpan RefusalTime = TimeSpan.FromSeconds(1);

    public static Fault Read(YamlNode node, string file, int maxEvents)
    {
        if (node is YamlScalarNode { Value: { } word })
        {
            return int.TryParse(word, out var status) && status is >= 400 and <= 599
                ? new Fault.Status(status)
                : Make(word, new ScriptMap(new YamlMappingNode(), file, "'fault'"), node, maxEvents);
        }

        var map = new ScriptMap(node, file, "'fault'");
        var kind = map.TakeText("kind") ?? (map.Has("status") ? "status" : throw map.Refuse(node, $"a fault needs a 'kind': {Kinds}"));
        var fault = Make(kind, map, node, maxEvents);
        map.RequireAllTaken();
        return fault;
    }

    private static Fault Make(string kind, ScriptMap map, YamlNode node, int maxEvents)
    {
        return kind switch
        {
            "status" => new Fault.Status(
                map.TakeCount("status", 400, 599) ?? throw map.Refuse(node, "a status fault needs a 'status' from 400 to 599"),
                map.TakeText("message"),
                map.TakeText("type"),
                map.TakeText("code"),
                map.TakeTime("retry_after")),
            "reset" => new Fault.Reset(),
            "refuse" => new Fault.Refuse(map.TakeTime("for") ?? RefusalTime),
            "stall_before" => new Fault.StallBefore(),
            "stall" => new Fault.Stall(After()),
            "cut" => new Fault.Cut(After()),
            "end_early" => new Fault.EndEarly(After()),
            "malformed" => new Fault.Malformed(After()),
            "error_event" => new Fault.ErrorEvent(After(), map.TakeText("message") ?? "The model failed to produce an answer."),
            _ => throw map.Refuse(node, $"unknown fault '{kind}'; known: {Kinds}, or an HTTP status from 400 to 599"),
        };

        int After() => map.TakeCount("after", 1, maxEvents) ?? 3;
    }
}
