using Cadre.Simulator;

namespace Cadre.Bench.Server;

/// <summary>The processes of the server's benches: the model, Cadre, and what Cadre is compared with.</summary>
internal static class ChildServers
{
    public const string Key = "sk-cadre-bench-key-of-the-first-organisation";

    /// <summary>One call, then the answer.</summary>
    public const string Script = """
        otherwise: fail
        rules:
          - when: { tool_offered: lookup, last_role: user }
            then: { calls: [{ name: lookup, arguments: { number: A-42 } }] }
          - when: { tool_offered: lookup, last_role: tool }
            then: { text: "Your order A-42 is on its way and will be there tomorrow before noon." }
          - when: { tool_offered: todo_create, last_role: user }
            then: { calls: [{ name: todo_create, arguments: { title: Buy groceries } }] }
          - when: { tool_offered: todo_create, last_role: tool }
            then: { text: "I have created the task: Buy groceries." }
          - then: { text: "Twenty words or so, as an answer has them: this one says nothing, but it says it in the right number.", chunk_size: 5 }
        """;

    public static async Task<bool> RunAsync(string[] args)
    {
        switch (args.FirstOrDefault())
        {
            case "child-simulator":
                await using (var simulator = await SimulatorServer.StartAsync(SimulatorScript.Parse(Script), new() { RecordRequests = false })) await ServeAsync(simulator.BaseUrl);
                return true;
            case "child-cadre":
                await CadreAsync(args[1], new(args[2]));
                return true;
            case "child-floor":
                await using (var floor = await FloorServer.StartAsync(args[1], new(args[2]))) await ServeAsync(floor.Url);
                return true;
            case "child-proxy":
                await using (var proxy = await BareProxy.StartAsync(new(args[1]))) await ServeAsync(proxy.Url);
                return true;
            case "child-metronome":
                await using (var metronome = await Metronome.StartAsync()) await ServeAsync(metronome.Url);
                return true;
            default:
                return false;
        }
    }

    private static async Task CadreAsync(string state, Uri model)
    {
        await using var cadre = await HostedCadre.StartAsync(state, model);
        await ServeAsync(cadre.Address);
    }

    private static async Task ServeAsync(Uri url)
    {
        Console.WriteLine(url.AbsoluteUri);
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
    }
}
