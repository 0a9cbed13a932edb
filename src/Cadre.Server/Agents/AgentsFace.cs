using Cadre.Server.Agents.Automations;
using Cadre.Server.Agents.Definitions;
using Cadre.Server.Agents.Environments;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Agents.Vaults;
using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Agents;

/// <summary>The Agents API: agents, sessions, events, turns, items, artifacts, environments, automations.</summary>
internal static class AgentsFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var runs = new SessionRuns(context);
        var queue = new SessionQueue(context, runs);
        var view = new SessionView(context);
        var items = new SessionItems(context);
        var stream = new SessionStream(context, view, items);
        var writer = new EventWriter(context);
        var start = new SessionStart(context, queue);
        var runner = new AutomationRunner(context, start, queue);
        context.Work.Add("Sessions' queued input", queue.ResumeAsync);
        context.Work.Add("Automations", runner.RunAsync);
        new AgentOperations(context).Map(routes);
        new SessionOperations(context, start, view, stream, writer).Map(routes);
        new EventOperations(context, queue, stream, writer).Map(routes);
        new TurnOperations(context, items, queue).Map(routes);
        new AgentRunOperations(context, runs, queue).Map(routes);
        new AutomationOperations(context, new(context, start), runner).Map(routes);
        new EnvironmentOperations(context).Map(routes);
        NotServed.Map(routes, context);
        new VaultOperations(context, new(context.Parts.StateDirectory)).Map(routes);
    }
}
