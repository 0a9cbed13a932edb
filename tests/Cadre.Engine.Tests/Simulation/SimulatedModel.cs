using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Tests.Simulation;

/// <summary>
/// A model whose reply is a pure function of seed and conversation, so that the same history always goes on the same way, with transport faults from
/// another source of randomness on top.
/// </summary>
internal sealed class SimulatedModel(int seed, Random faults, KillSwitch killSwitch) : IModel
{
    /// <summary>One request in this many fails; 0 for none.</summary>
    public int FaultEvery { get; init; } = 12;

    public async IAsyncEnumerable<ModelChunk> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        killSwitch.Point();
        cancellationToken.ThrowIfCancellationRequested();
        yield return new ModelChunk.Text("…");
        if (FaultEvery > 0 && faults.Next(FaultEvery) == 0)
        {
            yield return new ModelChunk.Failed(new(ModelFailureKind.Overloaded, "The simulated endpoint is overloaded.", 503));
            yield break;
        }

        yield return new ModelChunk.Completed(Reply(request));
    }

    private ModelReply Reply(ModelRequest request)
    {
        var random = new Random(Fingerprint(request));
        var usage = new Usage(request.Messages.Sum(message => message.PlainText.Length) / 4 + 10, 20);
        ModelReply Text(string text) => new(text, [], StopReason.Finished, usage, request.Model, Cost: 0.001m);

        switch (request.Output?.Name)
        {
            case "cadre_plan" when random.Next(8) == 0:
                return Text("""{"steps":[{"id":"a","title":"A","task":"a","depends_on":["a"],"acceptance":[]}],"notes":""}""");
            case "cadre_plan":
                return Text(Plan(random));
            case "cadre_review":
                var verdict = random.Next(12) switch { 0 => "retry", 1 => "replan", 2 when random.Next(4) == 0 => "stop", _ => "accept" };
                return Text($$"""{"verdict":"{{verdict}}","reason":"because {{random.Next(100)}}","checks":[]}""");
            case "cadre_report":
                return Text($$"""{"verdict":"{{(random.Next(10) == 0 ? "replan" : "done")}}","reason":"r","answer":"answer {{random.Next(1000)}}"}""");
        }

        var rounds = request.Messages.Count(message => message is Message.Assistant);
        if (rounds >= 4 || request.Tools.IsEmpty || random.Next(4) == 0) return Text(random.Next(15) == 0 ? "" : $"done {random.Next(1000)}");
        var calls = Enumerable.Range(0, random.Next(1, 4)).Select(index => new ToolRequest($"c{rounds}-{index}", Tool(random, request), Arguments(random)));
        return new("", [.. calls], StopReason.ToolCalls, usage, request.Model, Cost: 0.001m);
    }

    private static string Tool(Random random, ModelRequest request) =>
        random.Next(20) == 0 ? "no_such_tool" : request.Tools[random.Next(request.Tools.Length)].Name;

    private static string Arguments(Random random) => random.Next(20) switch
    {
        0 => """{"n":""",
        1 => """{"m":1}""",
        _ => $$"""{"n":{{random.Next(10_000)}}}""",
    };

    private static string Plan(Random random)
    {
        var steps = Enumerable.Range(0, random.Next(1, 4)).Select(index =>
            $$"""{"id":"s{{index}}","title":"Step {{index}}","task":"do {{random.Next(1000)}}","depends_on":[{{(index > 0 && random.Next(2) == 0 ? $"\"s{index - 1}\"" : "")}}],"acceptance":["ok"]}""");
        return $$"""{"steps":[{{string.Join(',', steps)}}],"notes":""}""";
    }

    private int Fingerprint(ModelRequest request)
    {
        var text = new StringBuilder().Append(seed).Append(request.Output?.Name);
        foreach (var message in request.Messages)
        {
            text.Append('|').Append(message.PlainText);
            if (message is Message.Assistant { Calls.IsDefaultOrEmpty: false } assistant) text.AppendJoin(',', assistant.Calls.Select(call => call.Arguments));
        }

        return Convert.ToInt32(CallHash.OfText(text.ToString())[..7], 16);
    }
}
