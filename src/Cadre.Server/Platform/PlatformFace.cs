using Cadre.Server.Hosting;
using Cadre.Server.Sessions;
using Cadre.Server.Templates;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Platform;

/// <summary>The platform as tools: for MCP clients, and what only looks or makes documents also for runs (docs/platform-tools.md).</summary>
internal static class PlatformFace
{
    public static void Map(ServerContext context)
    {
        var templates = new TemplateLibrary(context.Parts.ToolsDirectory, context.Parts.Log.CreateLogger<TemplateLibrary>());
        var sessions = new AgentSessions(context);
        var runs = new FoundRuns(context);
        context.Platform.Add(
            new TemplatesList(templates),
            new AssistantCreateFromTemplate(templates, context.Time),
            new AssistantsList(context.Store),
            new AssistantRun(sessions, runs),
            new SessionsList(context.Store),
            new SessionGet(context, sessions),
            new SessionProcessMessage(sessions, runs),
            new RunsList(context, runs, sessions),
            new RunGet(runs),
            new RunCancel(runs),
            new ApprovalsList(context, runs),
            new ApprovalDecide(runs));
    }
}
